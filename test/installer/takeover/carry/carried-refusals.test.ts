import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noAnswers, type UserAnswers} from '../../../../installer/answers/answers.ts';
import {ImageTree} from '../../../../installer/bootstrap/image-tree.ts';
import type {CarriedState} from '../../../../installer/takeover/carry/carried.ts';
import {findCarriedRefusals} from '../../../../installer/takeover/carry/carried-refusals.ts';
import {debian, makeTree, sshKey, user} from '../../bootstrap/planned.ts';

const test = suite('what speaks against a takeover');

const image = new ImageTree(makeTree({...debian, '/usr/bin/sudo': 'x'}), new Map());

const told = (users: readonly UserAnswers[], states: readonly CarriedState[]) =>
	findCarriedRefusals({...noAnswers, users}, states, image).map(({code, message, hint}) => [
		code,
		message,
		hint,
	]);

const carried: CarriedState = {
	kind: 'homes',
	taken: [],
	left: [],
	answers: {
		covers: ['/home/me', '/home/you', '/home/lab'],
		homes: [
			{path: '/home/me', uid: 1000, sshKeys: [sshKey], isLabelled: false},
			{path: '/home/you', uid: 1001, sshKeys: [`from="192.0.2.1" ${sshKey}`], isLabelled: false},
		],
	},
};
const [keys, sameKey] = [[sshKey], [sshKey.replace('me@example', 'elsewhere')]];

test('are no keys in homes that nothing is mounted over, nor those that are there already', () => {
	assert.equal(told([user({name: 'admin', sshKeys: keys})], [carried]), []);
	assert.equal(told([user({name: 'me', sshKeys: keys})], []), []);
	assert.equal(told([user({name: 'me', uid: 1000, sshKeys: sameKey})], [carried]), []);
	assert.equal(told([user({name: 'you', uid: 1001})], [carried]), []);
	assert.equal(told([user({name: 'me', home: '/srv/me', sshKeys: keys})], [carried]), []);
});

test('are keys that nobody would see', () => {
	const code = 'home-comes-along';
	assert.equal(told([user({name: 'me', sshKeys: keys})], [carried]), [
		[
			code,
			'SSH keys of me would not count: /home/me comes along, and belongs to user 1000',
			'Give the user another name, or leave homes behind: --skip=homes,mounts.',
		],
	]);
	assert.equal(told([user({name: 'you', uid: 1001, sshKeys: keys})], [carried]), [
		[
			code,
			'SSH keys of you would not count: /home/you comes along as it is, without them',
			'Add them to /home/you/.ssh/authorized_keys on the system that is there, and run again.',
		],
	]);
	assert.equal(told([user({name: 'ops', home: '/home/lab/ops', sshKeys: keys})], [carried]), [
		[
			code,
			'SSH keys of ops would not count: the file system of its home comes along, and has no /home/lab/ops',
			'Make /home/lab/ops with its keys on the system that is there, or leave its file system behind: --skip=mounts.',
		],
	]);
});

const waysOf = (kind: 'users' | 'root-login', ...waysToRoot: string[]): CarriedState => ({
	kind,
	taken: [],
	left: [],
	answers: {waysToRoot},
});

test('is a network that does not come along as a whole', () => {
	const left = ['br0: it is a bridge', 'eth0: its method is ppp'];
	assert.equal(told([], [{kind: 'network', taken: ['eth1'], left, answers: {}}]), [
		[
			'network-left',
			'the network would not be what it is: br0: it is a bridge; eth0: its method is ppp',
			"--skip=network leaves all of it to the image, where the image's settings will do.",
		],
	]);
	assert.equal(told([], [{kind: 'mounts', taken: [], left, answers: {}}]), []);
});

test('are homes without labels, where an image wants them', () => {
	const codes = (mode: string, isLabelled: boolean, selinux?: 'permissive') => {
		const files = {...debian, '/etc/selinux/config': `# SELINUX= is one of\nSELINUX=${mode}\n`};
		const homes = [{path: '/home/me', uid: 1000, sshKeys: [], isLabelled}];
		const answers = {...noAnswers, system: {...noAnswers.system, ...(selinux && {selinux})}};
		const states = [{kind: 'homes', taken: [], left: [], answers: {homes}} as const];
		const made = new ImageTree(makeTree(files), new Map());
		return findCarriedRefusals(answers, states, made).map(({code, message}) => [code, message]);
	};
	assert.equal(codes('enforcing', false), [
		[
			'homes-without-labels',
			'the image enforces SELinux, and has no use for homes without labels: /home/me',
		],
	]);
	assert.equal(codes('enforcing', true), []);
	assert.equal(codes('permissive', false), []);
	assert.equal(codes('enforcing', false, 'permissive'), []);
});

test('is that nobody could become root any more', () => {
	const states = [waysOf('root-login', 'root by a password'), waysOf('users', 'me by sudo')];
	const refusal = [
		'no-way-to-root',
		'nobody could become root on the new system; on the one before: root by a password, me by sudo',
		'Give root a key by --root-ssh-authorized-keys; --skip=root-login says that nobody needs to.',
	];
	assert.equal(told([], states), [refusal]);
	assert.equal(told([user({name: 'me', sshKeys: [sshKey], sudo: 'nopasswd'})], states), []);
	assert.equal(told([], states.slice(1)), []);
	assert.equal(told([], [waysOf('root-login'), waysOf('users')]), []);
});

test.run();
