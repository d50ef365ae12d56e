import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused, UsageError} from '../../../engine/errors.ts';
import {choosePort, readPublicKeys} from '../../../installer/virtual-machine/ssh.ts';
import {failure} from '../../engine/oci/settings/failure.ts';

const test = suite('ssh of a machine');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-ssh-'));
test.after(() => rmSync(folder, {recursive: true}));

test('has a port that is free', async () => {
	const any = await choosePort(undefined);
	assert.ok(any > 0 && any < 65536);
	assert.is(await choosePort(any), any);
});

test('has no port of somebody else, and none that is no port', async () => {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as net.AddressInfo;
	const taken = await failure(() => choosePort(port));
	assert.instance(taken, Refused);
	assert.is(taken.message, `port ${port} cannot be listened on: EADDRINUSE`);
	server.close();
	for (const wrong of [0, 65536])
		assert.instance(await failure(() => choosePort(wrong)), UsageError);
});

/** An ed25519 key in the form of OpenSSH; nobody has its other half. */
const blob = Buffer.concat([
	...['ssh-ed25519', Buffer.alloc(32, 7)].flatMap((field) => {
		const bytes = Buffer.from(field);
		const length = Buffer.alloc(4);
		length.writeUInt32BE(bytes.length);
		return [length, bytes];
	}),
]).toString('base64');

test('takes the keys of a file, and only keys', () => {
	const file = path.join(folder, 'keys.pub');
	const read = (text: string): string => {
		writeFileSync(file, text);
		try {
			return readPublicKeys(file);
		} catch (error) {
			assert.instance(error, UsageError);
			return (error as UsageError).message.replace(folder, '…');
		}
	};
	const key = `ssh-ed25519 ${blob} me@here`;
	assert.is(read(`# mine\n\n  ${key}\r\nrestrict ${key}`), `${key}\nrestrict ${key}\n`);
	assert.is(read('# none\n'), '…/keys.pub holds no public key');
	assert.is(read(`${key}\nssh-ed25519 oops\n`), '…/keys.pub has a line that is no public key');
	assert.is(
		read('-----BEGIN OPENSSH PRIVATE KEY-----\n'),
		'…/keys.pub is a private key, which is for nobody else',
	);
});

test('takes no keys of a file that is not there', async () => {
	const error = await failure(() => readPublicKeys(path.join(folder, 'nope')));
	assert.instance(error, UsageError);
	assert.is(error.message, `--ssh-key ${folder}/nope cannot be read: ENOENT`);
});

test.run();
