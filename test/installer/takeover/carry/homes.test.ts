import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {CarriedKind, CarrySource} from '../../../../installer/takeover/carry/carried.ts';
import {readCarriedState} from '../../../../installer/takeover/carry/carry-over.ts';
import {carryHomes} from '../../../../installer/takeover/carry/homes.ts';
import {directory} from '../../../engine/source/trees.ts';
import {debian, type MadeImage, sshKey} from '../../bootstrap/planned.ts';
import {type OldFiles, OldTree} from '../old-tree.ts';

const test = suite('homes of the system before');

const uid = process.getuid?.();
const none = {kind: 'homes', taken: [], left: [], answers: {}};

const homesOf = async (files: OldFiles, image?: MadeImage, changes?: Partial<CarrySource>) => {
	using old = new OldTree(files);
	return await carryHomes(old.source(image, changes));
};

test('are mounted one by one, but for what is none', async () => {
	const files = {
		'home/me/.ssh/authorized_keys': `${sshKey}\n`,
		'home/you/': '',
		'home/two words/': '',
		'home/disk/': '',
		'home/notes': 'text',
		'home/linked': '-> me',
		'home/lost+found/': '',
	};
	assert.equal(await homesOf(files, debian, {mountPoints: new Set(['/home/disk'])}), {
		kind: 'homes',
		taken: ['2 in /home, which stays'],
		left: [
			'/home/linked stays: it is no folder',
			'/home/notes stays: it is no folder',
			'/home/two words stays: its name has other characters than ASCII',
		],
		answers: {
			mounts: [
				{source: 'home/me', target: 'var/home/me'},
				{source: 'home/you', target: 'var/home/you'},
			],
			covers: ['/home/me', '/home/you'],
			homes: [
				{path: '/home/me', uid, sshKeys: [sshKey], isLabelled: false},
				{path: '/home/you', uid, sshKeys: [], isLabelled: false},
			],
			keeps: ['home'],
		},
	});
});

test('are none in an empty folder, and those of a file system of their own are of the mounts', async () => {
	assert.equal(await homesOf({'home/lost+found/': ''}), none);
	assert.equal(await homesOf({'home/me/x': ''}, debian, {mountPoints: new Set(['/home'])}), none);
});

test('stay where a link leads, or where the image has no place for them, and are kept there', async () => {
	assert.equal(await homesOf({'data/home/me/x': '', home: '-> data/home'}), {
		...none,
		left: ['/home is a link to data/home: homes stay there'],
		answers: {keeps: ['data']},
	});
	assert.equal(await homesOf({'home/me/x': ''}, {...debian, '/home': directory()}), {
		...none,
		left: ['the image has no /home in /var'],
		answers: {keeps: ['home']},
	});
});

const accounts = {
	'etc/passwd': 'me:x:1000:1000::/home/me:/bin/bash\nops:x:1001:1001::/srv/ops:/bin/bash\n',
	'srv/ops/.ssh/authorized_keys': `${sshKey}\n`,
};
const mounted = {mountPoints: new Set(['/home'])};
const fstab = {'etc/fstab': 'UUID=1 /home ext4 defaults 0 2\n'};
const skipping = (kind: CarriedKind) => ({
	...mounted,
	kinds: new Set<CarriedKind>(
		['users', 'homes', 'mounts'].filter((one) => one !== kind) as CarriedKind[],
	),
});

const keyCases: readonly (readonly [
	what: string,
	files: OldFiles,
	changes: Partial<CarrySource>,
	taken: readonly string[],
])[] = [
	['a folder of the root', {'home/me/': ''}, {}, ['me (1000)', 'ops (1001), 1 SSH key']],
	['a mount that comes along', fstab, mounted, ['me (1000)', 'ops (1001), 1 SSH key']],
	['a mount that does not', {}, mounted, ['me (1000), 1 SSH key', 'ops (1001), 1 SSH key']],
	[
		'a mount that nobody wants',
		fstab,
		skipping('mounts'),
		['me (1000), 1 SSH key', 'ops (1001), 1 SSH key'],
	],
	['a mount that is not there now', fstab, {}, ['me (1000)', 'ops (1001), 1 SSH key']],
];

test('have their keys with them, and others get theirs', async () => {
	for (const [what, files, changes, taken] of keyCases) {
		using old = new OldTree({
			...accounts,
			'home/me/.ssh/authorized_keys': `${sshKey}\n`,
			...files,
		});
		const states = await readCarriedState(old.source(debian, changes));
		assert.equal(states.find(({kind}) => kind === 'users')?.taken, taken, what);
	}
	using linked = new OldTree({
		...accounts,
		'data/home/me/.ssh/authorized_keys': `${sshKey}\n`,
		home: '-> data/home',
	});
	const states = await readCarriedState(linked.source());
	assert.equal(
		states.find(({kind}) => kind === 'users')?.answers.users?.map(({sshKeys}) => sshKeys),
		[[sshKey], [sshKey]],
	);
});

test('have labels where SELinux was used', async () => {
	for (const [mode, isLabelled] of [
		['enforcing', true],
		['permissive', true],
		['disabled', false],
	] as const) {
		const {answers} = await homesOf({
			'etc/selinux/config': `SELINUX=${mode}\n`,
			'home/me/': '',
		});
		assert.equal(answers.homes, [{path: '/home/me', uid, sshKeys: [], isLabelled}], mode);
	}
});

test('are told of the mount that has them', async () => {
	using old = new OldTree({...fstab, 'home/me/.ssh/authorized_keys': `${sshKey}\n`});
	const mountsOf = async (changes: Partial<CarrySource>) =>
		(await readCarriedState(old.source(debian, changes))).at(-1);
	assert.equal((await mountsOf(mounted))?.answers, {
		fstab: ['UUID=1 /var/home ext4 defaults 0 2'],
		covers: ['/home'],
		homes: [{path: '/home/me', uid, sshKeys: [sshKey], isLabelled: false}],
	});
	assert.equal((await mountsOf({}))?.left, [
		'UUID=1 on /home: it is not mounted, so that nobody knows whose homes it has',
	]);
});

test.run();
