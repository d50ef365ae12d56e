import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../../engine/errors.ts';
import {readPublicKeys} from '../../../ui/tui/public-keys.ts';
import {key} from './fake-port.ts';

const test = suite('keys that somebody gives');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-keys-'));
test.after(() => rmSync(folder, {recursive: true}));

test('are taken with their options, and what is none is counted', async () => {
	const file = path.join(folder, 'authorized_keys');
	const limited = `from="192.0.2.0/24",restrict ${key}`;
	writeFileSync(file, `# mine\n\n${key}\n${limited}\nssh-rsa AAAA\n<html>\n`);
	assert.equal(await readPublicKeys(file), {keys: [key, limited], leftOut: 2});
	assert.equal(await readPublicKeys(` ${key}\n`), {keys: [key], leftOut: 0});
});

for (const [text, message] of [
	['ssh-rsa AAAA', 'that holds no public key'],
	['-----BEGIN OPENSSH PRIVATE KEY-----', 'that is a private key'],
] as const)
	test(`are refused when there are none: ${text}`, async () => {
		const error = await readPublicKeys(text).then(
			() => undefined,
			(thrown: unknown) => thrown,
		);
		assert.ok(error instanceof EngineError);
		assert.is(error.message, message);
	});

test.run();
