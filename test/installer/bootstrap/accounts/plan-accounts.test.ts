import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {UserAnswers} from '../../../../installer/answers/answers.ts';
import {Secret} from '../../../../installer/answers/secret.ts';
import {directory, file} from '../../../engine/source/trees.ts';
import {debian, hash, planned, sshKey, user} from '../planned.ts';

const test = suite('accounts of a machine');
const day = 20_783;

test('are made with group, home, subordinate numbers, keys, password and sudo', () => {
	const image = {
		...debian,
		'/usr/bin/sudo': 'x',
		'/etc/sudoers': 'root ALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n',
	};
	const alice = user({
		name: 'alice',
		gecos: 'Alice É',
		groups: ['wheelie'],
		sudo: 'password',
		sshKeys: [sshKey, sshKey],
		passwordHash: new Secret(hash),
	});
	const {entries, items, problems} = planned({users: [alice]}, image);
	assert.equal(problems, []);
	assert.equal(entries, {
		'/etc/passwd': `644 0:0 ${debian['/etc/passwd']}alice:x:1000:1000:Alice É:/home/alice:/bin/bash\n`,
		'/etc/shadow': `640 0:42 root:*:20000:0:99999:7:::\nsync:*:20000:0:99999:7:::\nalice:${hash}:${day}:0:99999:7:::\n`,
		'/etc/group':
			'644 0:0 root:x:0:\nshadow:x:42:\nsudo:x:27:alice\nalice:x:1000:\nwheelie:x:1001:alice\n',
		'/etc/gshadow': '640 0:42 root:*::\nshadow:*::\nsudo:*::alice\nalice:!::\nwheelie:!::alice\n',
		'/etc/subuid': '644 0:0 alice:100000:65536\n',
		'/etc/subgid': '644 0:0 alice:100000:65536\n',
		'/var/home/alice/': '700 1000:1000',
		'/var/home/alice/.profile': '644 1000:1000 profile',
		'/var/home/alice/.ssh/': '700 1000:1000',
		'/var/home/alice/.ssh/authorized_keys': `600 1000:1000 ${sshKey}\n`,
	});
	assert.equal(items, [
		'group alice (1000) | /etc/group',
		'home of alice | /home/alice',
		'user alice (1000) | /etc/passwd',
		'group wheelie (1001) | /etc/group',
		'password of alice | /etc/shadow | secret',
		'sudo for alice, by group sudo | /etc/group',
		'2 SSH keys of alice | /home/alice/.ssh/authorized_keys',
	]);
});

test('are locked without a password, and root stays as the image has it', () => {
	const {entries} = planned({users: [user({name: 'bob'})]});
	assert.match(
		entries['/etc/shadow'] ?? '',
		/^640 0:42 root:\*:20000:.*\nbob:!:20783:0:99999:7:::\n$/s,
	);
	assert.equal(planned({}).entries, {});
	assert.equal(planned({}).items, []);
});

test('let root in by what is given, beside the keys of the image', () => {
	const image = {...debian, '/var/roothome/.ssh/authorized_keys': 'ssh-rsa OLD\n'};
	const root = {passwordHash: new Secret(''), sshKeys: [sshKey]};
	const {entries, items} = planned({root}, image);
	assert.equal(entries, {
		'/etc/shadow': `640 0:42 root::${day}:0:99999:7:::\nsync:*:20000:0:99999:7:::\n`,
		'/var/roothome/': '700 0:0',
		'/var/roothome/.ssh/': '700 0:0',
		'/var/roothome/.ssh/authorized_keys': `600 0:0 ssh-rsa OLD\n${sshKey}\n`,
	});
	assert.is(items[0], 'NO password: anybody can log in as root | /etc/shadow | secret');
});

test('keep what the image has of a user, and take what is given', () => {
	const known = user({name: 'sync', groups: ['sudo'], gecos: 'S', passwordHash: new Secret(hash)});
	const {entries, problems} = planned({users: [known]});
	assert.equal(problems, []);
	assert.match(entries['/etc/passwd'] ?? '', /\nsync:x:4:65534:S:\/bin:\/bin\/sync\n$/);
	assert.match(entries['/etc/group'] ?? '', /\nsudo:x:27:sync\n$/);
	assert.equal(planned({users: [user({name: 'sync', uid: 7, home: '/home/sync'})]}).problems, [
		'the image has user sync with uid 4, and not 7',
		'the image has user sync with home /bin, and not /home/sync',
	]);
});

test('do not take over a user of the image who cannot log in', () => {
	const image = {
		...debian,
		'/etc/passwd': `${debian['/etc/passwd']}backup:x:34:34::/var/backups:/usr/sbin/nologin\n`,
	};
	const problems = (changes: Partial<UserAnswers>) =>
		planned({users: [user({name: 'backup', ...changes})]}, image).problems;
	const refused = ['backup is a user of the image who cannot log in: /usr/sbin/nologin'];
	assert.equal(problems({passwordHash: new Secret(hash)}), refused);
	assert.equal(problems({sshKeys: [sshKey]}), refused);
	assert.equal(problems({passwordHash: new Secret(hash), shell: '/bin/bash'}), []);
	assert.equal(problems({groups: ['sudo']}), []);
});

test('are in a group of the image that has their name only when its number says so', () => {
	const problems = (changes: Partial<UserAnswers>) =>
		planned({users: [user({name: 'shadow', ...changes})]}).problems;
	assert.equal(problems({}), ['the image has a group shadow, which may do things']);
	assert.equal(problems({gid: 42}), []);
	const groups = [{name: 'alice', gid: undefined}];
	assert.equal(planned({groups, users: [user({name: 'alice'})]}).problems, []);
});

test('take numbers after the highest, and none that somebody asks for', () => {
	const users = [user({name: 'one'}), user({name: 'two', uid: 1000}), user({name: 'three'})];
	const {entries} = planned({users, groups: [{name: 'web', gid: 1002}]});
	assert.match(
		entries['/etc/passwd'] ?? '',
		/\none:x:1001:1001:.*\ntwo:x:1000:1000:.*\nthree:x:1002:1003:/s,
	);
	assert.match(
		entries['/etc/subuid'] ?? '',
		/^644 0:0 one:100000:65536\ntwo:165536:65536\nthree:231072:/,
	);
});

test('leave a home that is there, but for its owner', () => {
	const image = {...debian, '/var/home/carol': directory({kept: file('k')}, {mode: 0o711})};
	const {entries, items} = planned({users: [user({name: 'carol'})]}, image);
	assert.is(entries['/var/home/carol/'], '711 1000:1000');
	assert.is(entries['/var/home/carol/.profile'], undefined);
	const elsewhere = {...debian, '/var/lib/x': directory({}, {mode: 0o711})};
	const given = planned({users: [user({name: 'carol', home: '/var/lib/x'})]}, elsewhere);
	assert.equal([given.problems, given.entries['/var/lib/x/']], [[], undefined]);
	assert.ok(items.includes('home of carol, which the image has | /home/carol'));
});

test('copy an entry from /usr/lib that gets a member', () => {
	const image = {...debian, '/usr/lib/group': 'wheel:x:10:\nroot:x:0:\n'};
	const {entries} = planned({users: [user({name: 'dave', groups: ['wheel']})]}, image);
	assert.match(entries['/etc/group'] ?? '', /\ndave:x:1000:\nwheel:x:10:dave\n$/);
});

test('get a rule for sudo where no password is wanted, in a file that sudo reads', () => {
	const image = {...debian, '/usr/bin/sudo': 'x'};
	const {entries} = planned({users: [user({name: 'e.f', sudo: 'nopasswd'})]}, image);
	assert.is(entries['/etc/sudoers.d/90-slipway-e_f'], '440 0:0 e.f ALL=(ALL:ALL) NOPASSWD: ALL\n');
});

for (const [what, answers, expected] of [
	[
		'two users with one number',
		[
			{name: 'a', uid: 5000},
			{name: 'b', uid: 5000},
		],
		['user b cannot have 5000, which is that of a'],
	],
	['a number of the image', [{name: 'a', uid: 4}], ['user a cannot have 4, which is that of sync']],
	[
		'a number that is none',
		[{name: 'a', uid: -1}],
		['user a cannot have -1, which is no number of a user'],
	],
	['two users of one name', [{name: 'a'}, {name: 'a'}], ['a is there twice']],
	['root among the users', [{name: 'root'}], ['root is given as one of the users']],
	[
		'names that are none',
		[{name: 'ALL'}, {name: 'a:b'}, {name: '../x'}],
		[
			'"ALL" is no name of a user or group',
			'"a:b" is no name of a user or group',
			'"../x" is no name of a user or group',
		],
	],
	[
		'line ends in a field',
		[{name: 'a', gecos: 'A\nroot2::0:0::/:/bin/sh', home: '/home/a:b'}],
		[
			'the gecos of a has a colon, a line end or the like in it',
			'the home of a has a colon, a line end or the like in it',
		],
	],
	[
		'a way out of the homes',
		[{name: 'a', home: '/home/../../etc/x/..'}],
		['"/home/../../etc/x/.." is no path of a file'],
	],
	[
		'a home that is read-only',
		[{name: 'a', home: '/usr/a'}],
		['"/usr/a" will be read-only on the machine'],
	],
	[
		'a home of somebody else',
		[{name: 'a', home: '/root'}],
		['/root cannot be the home of a: it is that of root'],
	],
	[
		'a shell that is not there',
		[{name: 'a', shell: '/bin/fish'}],
		['the image has no /bin/fish, the shell of a'],
	],
	[
		'sudo that is not there',
		[{name: 'a', sudo: 'password'}],
		['a is to use sudo, which the image does not have'],
	],
	[
		'keys that are none',
		[
			{
				name: 'a',
				sshKeys: [
					sshKey,
					'ssh-ed25519 AAAA',
					'-----BEGIN OPENSSH PRIVATE KEY-----',
					`${sshKey}\nx`,
				],
			},
		],
		[
			'SSH key 2 of a is no public key',
			'SSH key 3 of a is a private key, and no public one',
			'SSH key 4 of a is several lines',
		],
	],
] as const)
	test(`refuse ${what}`, () => {
		assert.equal(planned({users: answers.map((one) => user(one))}).problems, expected);
	});

test('refuse a password that is no hash, and do not say it', () => {
	for (const text of ['hunter2', `${hash}\nroot::0`, `${hash}:`, '*']) {
		const {problems, entries} = planned({root: {passwordHash: new Secret(text), sshKeys: []}});
		assert.equal(problems, ['what is given as the password of root is no hash']);
		assert.equal(entries, {});
	}
});

test('refuse groups that are another in the image', () => {
	const groups = [
		{name: 'sudo', gid: 28},
		{name: 'web', gid: 42},
		{name: 'Web', gid: undefined},
	];
	assert.equal(planned({groups}).problems, [
		'the image has group sudo as 27, and not as 28',
		'group web cannot have 42, which is that of shadow',
		'"Web" is no name of a user or group',
	]);
});

test.run();
