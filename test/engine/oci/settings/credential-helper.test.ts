import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {askCredentialHelper} from '../../../../engine/oci/settings/credential-helper.ts';
import {hostSystem} from '../../../../engine/system/host.ts';
import {failure, told} from './failure.ts';

const test = suite('credential helper');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-helper-'));
const searchPath = process.env.PATH;
process.env.PATH = `${folder}:${searchPath}`;
test.after(() => {
	process.env.PATH = searchPath;
	rmSync(folder, {recursive: true});
});

/** Asks a program with this script. */
function ask(script: string, suffix = 'test') {
	writeFileSync(path.join(folder, 'docker-credential-test'), `#!/bin/sh\n${script}\n`, {
		mode: 0o755,
	});
	const host = 'a.example.com:5000';
	return askCredentialHelper(hostSystem(), {suffix, host, source: '/etc/ostree/auth.json'});
}

const notFound = 'credentials not found in native keychain';
const answers: readonly (readonly [name: string, script: string, found: unknown])[] = [
	[
		'a password',
		`echo '{"ServerURL": "x", "Username": "user", "Secret": "pa\\"ss"}'`,
		{kind: 'password', username: 'user', password: 'pa"ss'},
	],
	[
		'an identity token',
		`echo '{"Username": "<token>", "Secret": "t"}'`,
		{kind: 'identity-token', token: 't'},
	],
	['that it knows nothing', `echo ${notFound}; exit 1`, undefined],
	['nothing of use', `echo '{"Username": "", "Secret": ""}'`, undefined],
];
for (const [name, script, found] of answers)
	test(`tells ${name}`, async () => {
		assert.equal(await ask(script), found);
	});

test('is asked to get, with the host on standard input', async () => {
	const seen = path.join(folder, 'seen');
	await ask(`{ echo "$@"; cat; } > ${seen}; echo '{"Username": "", "Secret": ""}'`);
	assert.is(readFileSync(seen, 'utf8'), 'get\na.example.com:5000');
});

const failures: readonly (readonly [name: string, script: string, what: string])[] = [
	['an error', 'echo "hunter2: no session"; exit 1', 'could not tell the credentials of'],
	['no JSON', 'echo hunter2', 'answered for'],
	['no secret', `echo '{"Username": "hunter2"}'`, 'answered for'],
	['another type', `echo '["hunter2"]'`, 'answered for'],
	['nothing at all', '', 'answered for'],
];
for (const [name, script, what] of failures)
	test(`fails by name for ${name}, and what it said is not told`, async () => {
		const error = await failure(() => ask(script));
		assert.is(error.code, 'credential-helper');
		assert.ok(error.message.startsWith(`docker-credential-test ${what} a.example.com:5000`));
		assert.is(error.hint, 'See what it says: echo a.example.com:5000 | docker-credential-test get');
		assert.is(error.cause, undefined);
		assert.not.match(`${error.stack}`, /hunter2/);
	});

test('that ends in another way has its status told', async () => {
	assert.is(
		await told(() => ask('echo hunter2; echo broken >&2; exit 7')),
		'command-failed: docker-credential-test get ended with status 7: broken',
	);
});

test('that is not installed is named', async () => {
	assert.is(
		await told(() => ask('', 'none-such')),
		'missing-program: docker-credential-none-such is not installed',
	);
});

test('is never a path', async () => {
	for (const suffix of ['x/../../tmp/evil', '/evil', '', 'a\0b', 'a\nb'])
		assert.is(
			await told(() => ask('', suffix)),
			`usage: /etc/ostree/auth.json: ${JSON.stringify(suffix)} is no credential helper`,
		);
});

test('is stopped with the work that needs it', async () => {
	const work = askCredentialHelper(hostSystem(), {
		suffix: 'test',
		host: 'a.example.com',
		source: '',
		signal: AbortSignal.abort(new Error('enough')),
	});
	assert.is(await work.catch((error: Error) => error.message), 'enough');
});

test.run();
