import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import {noAnswers} from '../../../installer/answers/answers.ts';
import {type AnswerOptions, withAnswerOptions} from '../../../ui/cli/install-answers.ts';
import {user} from '../../installer/bootstrap/planned.ts';

const test = suite('options of install that are answers');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-answers-'));
test.after(() => rmSync(folder, {recursive: true}));

function write(name: string, content: string, mode = 0o600): string {
	const place = path.join(folder, name);
	writeFileSync(place, content, {mode});
	return place;
}

const none: AnswerOptions = {
	layout: undefined,
	replace: [],
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
	const keys = write('keys', '# mine\nkey one\n\n key two \r\n');
	const hash = write('hash', '$6$x$y\n', 0o644);
	const {given, warnings} = await read(
		{
			hostname: 'new',
			'root-ssh-authorized-keys': keys,
			user: 'alice',
			'user-ssh-key': [keys, keys],
			'user-password-hash-file': hash,
			'auth-file': '/auth.json',
		},
		base,
	);
	const [bob, alice] = given.users;
	assert.equal(given, {
		...base,
		system: {...base.system, hostname: 'new'},
		root: {passwordHash: undefined, sshKeys: ['key one', 'key two']},
		users: given.users,
		registry: {...base.registry, auth: {kind: 'file', path: '/auth.json'}},
	});
	assert.equal(bob, user({name: 'bob'}));
	assert.is(alice?.passwordHash?.reveal(), '$6$x$y');
	assert.equal(
		{...alice, passwordHash: undefined},
		user({name: 'alice', sshKeys: ['key one', 'key two', 'key one', 'key two']}),
	);
	assert.equal(warnings, [`everybody on this host can read ${hash}, which holds a secret`]);
});

test('name the layout, and partitions that make room instead of those of a file', async () => {
	const base = {
		...noAnswers,
		storage: {...noAnswers.storage, layout: 'disk', replace: [{label: 'old'}]},
	} as const;
	const {given: named} = await read({layout: 'free-space'}, base);
	assert.equal(named.storage, {...base.storage, layout: 'free-space'});
	const {given: replaced} = await read({replace: ['3', '12']}, base);
	assert.equal(replaced.storage, {
		...base.storage,
		layout: 'partition',
		replace: [{number: 3}, {number: 12}],
	});
});

for (const [options, message] of [
	[{replace: ['sda3']}, '--replace "sda3" is no number of a partition'],
	[{replace: ['3'], layout: 'disk'}, '--replace is given with --layout disk'],
	[{'user-ssh-key': ['/x']}, '--user-ssh-key is given, and no user'],
	[{'user-password-hash-file': '/x'}, '--user-password-hash-file is given, and no user'],
	[{'root-ssh-authorized-keys': '/no/such'}, '/no/such cannot be read: ENOENT'],
	[
		{user: 'a', 'user-password-hash-file': write('empty', '\n')},
		`${path.join(folder, 'empty')} is empty, and would let anybody in`,
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
