import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {type AnswerOptions, withAnswerOptions} from '../../../ui/cli/install-answers.ts';
import {hash as passwordHash, sshKey, user} from '../../installer/bootstrap/planned.ts';

const test = suite('options of install that are answers');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-answers-'));
test.after(() => rmSync(folder, {recursive: true}));

function write(name: string, content: string, mode = 0o600): string {
	const place = path.join(folder, name);
	writeFileSync(place, content, {mode});
	return place;
}

const none: AnswerOptions = {
	hostname: undefined,
	'root-ssh-authorized-keys': undefined,
	user: undefined,
	'user-ssh-key': [],
	'user-password-hash-file': undefined,
	'auth-file': undefined,
};

async function read(options: Partial<AnswerOptions>, answers = noAnswers) {
	const warnings: string[] = [];
	const given = await withAnswerOptions(answers, {...none, ...options}, (event) => {
		if (event.type === 'warning') warnings.push(event.message);
	});
	return {given, warnings};
}

test('change nothing when none is given', async () => {
	assert.equal(await read({}), {given: noAnswers, warnings: []});
});

test('go before what is in a file', async () => {
	const base = {
		...noAnswers,
		system: {...noAnswers.system, hostname: 'old', locale: 'C.UTF-8'},
		users: [user({name: 'alice', shell: '/bin/sh'}), user({name: 'bob'})],
	};
	const [one, two] = [sshKey, `restrict ${sshKey}`];
	const keys = write('keys', `# mine\n${one}\n\n ${two} \r\n`);
	const hash = write('hash', `${passwordHash}\n`, 0o644);
	const auth = write('auth.json', '{"auths": {}}');
	const {given, warnings} = await read(
		{
			hostname: 'new',
			'root-ssh-authorized-keys': keys,
			user: 'alice',
			'user-ssh-key': [keys, keys],
			'user-password-hash-file': hash,
			'auth-file': auth,
		},
		base,
	);
	const [alice, bob] = given.users;
	assert.equal(given, {
		...base,
		system: {...base.system, hostname: 'new'},
		root: {passwordHash: undefined, sshKeys: [one, two]},
		users: given.users,
		registry: {...base.registry, auth: {kind: 'file', path: auth}},
	});
	assert.equal(bob, user({name: 'bob'}));
	assert.is(alice?.passwordHash?.reveal(), passwordHash);
	assert.equal(
		{...alice, passwordHash: undefined},
		user({
			name: 'alice',
			shell: '/bin/sh',
			sshKeys: [one, two, one, two],
		}),
	);
	assert.equal(warnings, [`everybody on this host can read ${hash}, which holds a secret`]);
});

test('leave what a file says of a user and they do not', async () => {
	const alice = user({name: 'alice', sshKeys: ['key'], groups: ['web'], sudo: 'password'});
	const base = {...noAnswers, users: [alice]};
	const hash = write('hash', `${passwordHash}\n`);
	const {given} = await read({user: 'alice', 'user-password-hash-file': hash}, base);
	assert.equal(
		given.users.map((one) => ({...one, passwordHash: one.passwordHash?.reveal()})),
		[{...alice, passwordHash}],
	);
	assert.equal((await read({user: 'bob'}, base)).given.users, [alice, user({name: 'bob'})]);
});

for (const [options, message] of [
	[{'user-ssh-key': ['/x']}, '--user-ssh-key is given, and no user'],
	[{'user-password-hash-file': '/x'}, '--user-password-hash-file is given, and no user'],
	[{'root-ssh-authorized-keys': '/no/such'}, '/no/such cannot be read: ENOENT'],
	[{'root-ssh-authorized-keys': '/dev/null'}, '/dev/null holds no public key'],
	[
		{user: 'a', 'user-password-hash-file': write('empty', '\n')},
		`${path.join(folder, 'empty')} is empty, and would let anybody in`,
	],
	[
		{user: 'a', 'user-password-hash-file': write('clear', 'secret\n')},
		`${path.join(folder, 'clear')} holds no hash of a password`,
	],
	[
		{user: 'a', 'user-ssh-key': [write('wrong', `${sshKey}\n\nssh-ed25519 AAAA\n`)]},
		`${path.join(folder, 'wrong')}:3: no public key`,
	],
	[
		{'root-ssh-authorized-keys': write('private', '-----BEGIN OPENSSH PRIVATE KEY-----\n')},
		`${path.join(folder, 'private')}:1: a private key, and no public one`,
	],
	[{hostname: 'my_machine'}, '--hostname: "my_machine" is no host name'],
	[
		{'auth-file': write('list.json', '[]')},
		`${path.join(folder, 'list.json')} is no file of registry credentials: it is not an object`,
	],
] as const)
	test(`refuse ${JSON.stringify(options)}`, async () => {
		await read(options).then(
			() => assert.unreachable(),
			(error: unknown) => {
				assert.ok(error instanceof UsageError);
				assert.is(error.message, message);
			},
		);
	});

test.run();
