import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readTargetNames, type TargetNames} from '../../../installer/mounted/target-names.ts';

const test = suite('names in a root');

const cases: readonly (readonly [
	title: string,
	folders: readonly string[],
	mounts: readonly string[],
	names: TargetNames,
])[] = [
	[
		'are none in a new file system',
		['lost+found'],
		[],
		{foreign: [], own: [], leftover: [], isUnfinished: false},
	],
	[
		'are none where only others are mounted',
		['boot/efi', 'var'],
		['boot/efi', 'var'],
		{foreign: [], own: [], leftover: [], isUnfinished: false},
	],
	[
		'are those of others, with what lies beside a mount point too',
		['boot/efi', 'boot/grub', 'usr'],
		['boot/efi'],
		{foreign: ['boot', 'usr'], own: [], leftover: [], isUnfinished: false},
	],
	[
		'are ours, and nobody knows whether they are wanted',
		['composefs', 'state'],
		[],
		{foreign: [], own: ['composefs', 'state'], leftover: [], isUnfinished: false},
	],
	[
		'are not ours while ours are not in their place',
		['composefs', 'slipway-unfinished/composefs', 'slipway-unfinished/moving'],
		[],
		{foreign: [], own: ['composefs'], leftover: [], isUnfinished: true},
	],
	[
		'are not ours where a run has hardly begun',
		['state', 'slipway-unfinished'],
		[],
		{foreign: [], own: ['state'], leftover: [], isUnfinished: true},
	],
	[
		'are what a killed run has put in place',
		['composefs', 'slipway-unfinished/state', 'slipway-unfinished/moving'],
		[],
		{foreign: [], own: ['composefs'], leftover: ['composefs'], isUnfinished: true},
	],
	[
		'are both what a killed run has put in place',
		['composefs', 'state', 'slipway-unfinished/moving'],
		[],
		{
			foreign: [],
			own: ['composefs', 'state'],
			leftover: ['composefs', 'state'],
			isUnfinished: true,
		},
	],
];

for (const [title, folders, mounts, names] of cases)
	test(title, () => {
		const root = mkdtempSync(path.join(tmpdir(), 'names-'));
		try {
			for (const folder of folders) mkdirSync(path.join(root, folder), {recursive: true});
			assert.equal(
				readTargetNames(
					root,
					mounts.map((mount) => path.join(root, mount)),
				),
				names,
			);
		} finally {
			rmSync(root, {recursive: true});
		}
	});

test.run();
