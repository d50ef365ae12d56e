import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {LoginAnswers} from '../../../../installer/answers/answers.ts';
import {Secret} from '../../../../installer/answers/secret.ts';
import {ImageTree} from '../../../../installer/bootstrap/image-tree.ts';
import {waysOfUser, waysToRoot} from '../../../../installer/takeover/carry/root-ways.ts';
import {debian, hash, type MadeImage, makeTree, sshKey, user} from '../../bootstrap/planned.ts';

const test = suite('ways to become root');

const locked = {hasPassword: false, hasKeys: false, level: 'none', groups: []} as const;
const cases: readonly (readonly [
	what: string,
	login: Partial<Parameters<typeof waysOfUser>[1]>,
	isAble: boolean,
])[] = [
	['nothing', {}, false],
	['keys alone', {hasKeys: true, groups: ['sudo']}, false],
	['keys, and no password asked', {hasKeys: true, level: 'nopasswd'}, true],
	['no way in', {level: 'nopasswd', groups: ['wheel']}, false],
	['a password, and a group for it', {hasPassword: true, groups: ['wheel']}, true],
	['a password, and a rule for it', {hasPassword: true, level: 'password'}, true],
	['a password alone', {hasPassword: true, hasKeys: true, groups: ['users']}, false],
];

test('of a user need a login and a right', () => {
	for (const [what, login, isAble] of cases)
		assert.equal(
			waysOfUser(user({name: 'me'}), {...locked, ...login}),
			isAble ? ['me by sudo'] : [],
			what,
		);
	const able = {...locked, hasPassword: true, groups: ['sudo']};
	assert.equal(waysOfUser(user({name: 'me', shell: '/usr/sbin/nologin'}), able), []);
});

const nobody: LoginAnswers = {passwordHash: undefined, sshKeys: []};
const ways = (image: MadeImage, root = nobody, users = [user({name: 'me'})]) =>
	waysToRoot(
		{root, users},
		[{path: '/home/me', uid: 1000, sshKeys: [sshKey], isLabelled: false}],
		new ImageTree(makeTree(image), new Map()),
	);

test('of a new system are those of its logins, and of its image', () => {
	const admin = [user({name: 'me', sudo: 'nopasswd'})];
	const withSudo = {...debian, '/usr/bin/sudo': 'x'};
	assert.equal(ways(withSudo), []);
	assert.equal(ways(withSudo, nobody, admin), ['me by sudo']);
	assert.equal(ways(debian, nobody, admin), []);
	const root = {passwordHash: new Secret(hash), sshKeys: [sshKey]};
	assert.equal(ways(debian, root), ['root by a password', 'root by an SSH key']);
	const forced = `no-pty,command="echo use debian" ${sshKey}`;
	assert.equal(ways(debian, {...nobody, sshKeys: [forced]}), []);
	assert.equal(ways({...debian, '/etc/shadow': `root:${hash}:1::::::\nme:!:1::::::\n`}), ['root']);
	assert.equal(ways({...debian, '/var/roothome/.ssh/authorized_keys': 'x'}), [
		'a key of the image',
	]);
});

test.run();
