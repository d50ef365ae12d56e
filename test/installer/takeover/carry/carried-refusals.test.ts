import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noAnswers, type UserAnswers} from '../../../../installer/answers/answers.ts';
import type {CarriedState} from '../../../../installer/takeover/carry/carried.ts';
import {findCarriedRefusals} from '../../../../installer/takeover/carry/carried-refusals.ts';
import {sshKey, user} from '../../bootstrap/planned.ts';

const test = suite('what speaks against a takeover');

const told = (users: readonly UserAnswers[], states: readonly CarriedState[]) =>
	findCarriedRefusals({...noAnswers, users}, states).map(({code, message, hint}) => [
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
			{path: '/home/me', uid: 1000, sshKeys: [sshKey]},
			{path: '/home/you', uid: 1001, sshKeys: [`from="192.0.2.1" ${sshKey}`]},
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

test.run();
