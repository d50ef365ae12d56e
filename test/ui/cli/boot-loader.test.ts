import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {GrubDecision} from '../../../engine/boot/grub/update-grub.ts';
import type {LoaderDecision, LoaderState} from '../../../engine/boot/loader-update.ts';
import type {BootLoaderUpdate} from '../../../engine/deployment/update-boot-loader.ts';
import {formatBootLoaderUpdate} from '../../../ui/cli/boot-loader.ts';
import {slipway} from './run-program.ts';

const test = suite('text of the boot loader');

const copy = (path: string, state: LoaderState, version?: string): LoaderDecision => ({
	path,
	state,
	version,
	replace: ['older', 'missing'].includes(state),
});
const update = (isGood: boolean, ...copies: readonly LoaderDecision[]): BootLoaderUpdate => ({
	offered: '257.9-1',
	isGood,
	copies,
});
const grub = (state: GrubDecision['state']): GrubDecision => ({
	path: '/dev/vda',
	state,
	replace: state === 'other',
});
const absent: LoaderDecision = {
	path: 'EFI/BOOT/BOOTX64.EFI',
	state: 'missing',
	version: undefined,
	replace: false,
};
const own = 'EFI/systemd/systemd-bootx64.efi';
const fallback = 'EFI/BOOT/BOOTX64.EFI';

const cases: readonly (readonly [string, BootLoaderUpdate, boolean, readonly string[]])[] = [
	[
		'what was replaced',
		update(true, copy(fallback, 'missing'), copy(own, 'older', '257.8-1')),
		false,
		[`wrote: ${fallback}, 257.9-1, for it is missing`, `updated: ${own} from 257.8-1 to 257.9-1`],
	],
	[
		'what would be',
		update(true, copy(fallback, 'missing'), copy(own, 'older', '257.8-1')),
		true,
		[
			`would write: ${fallback}, 257.9-1, for it is missing`,
			`would update: ${own} from 257.8-1 to 257.9-1`,
		],
	],
	[
		'what waits',
		update(false, copy(own, 'older', '257.8-1')),
		false,
		[
			`would update: ${own} from 257.8-1 to 257.9-1`,
			'nothing is changed before this deployment is known to be good',
		],
	],
	[
		'what is left alone, and why',
		update(
			true,
			copy(own, 'same', '257.9-1'),
			copy('a.efi', 'newer', '258-1'),
			copy('b.efi', 'foreign'),
			copy('s.efi', 'signed', '257.8-1'),
			copy('c.efi', 'damaged'),
		),
		false,
		[
			`as in the image: ${own}, 257.9-1`,
			"left alone: a.efi, 258-1, newer than the image's",
			'left alone: b.efi, which is not systemd-boot for this machine',
			"left alone: s.efi, 257.8-1, which is signed; the image's is not",
			'left alone: c.efi, which nothing can start',
			'nothing to update: the image has 257.9-1',
		],
	],
	[
		'what GRUB is beside it, and that it waits too',
		{...update(false, copy(own, 'same', '257.9-1')), grub: grub('other')},
		false,
		[
			`as in the image: ${own}, 257.9-1`,
			'nothing to update: the image has 257.9-1',
			'would update: GRUB on /dev/vda',
			'nothing is changed before this deployment is known to be good',
		],
	],
	[
		'what GRUB is alone',
		{...update(true, absent), grub: grub('other')},
		false,
		['updated: GRUB on /dev/vda'],
	],
	[
		'that GRUB is the same',
		{...update(true, absent), grub: grub('same')},
		false,
		['as in the image: GRUB on /dev/vda'],
	],
	[
		'that GRUB is of others',
		{...update(true), grub: grub('foreign')},
		true,
		['left alone: GRUB on /dev/vda, which slipway did not put there'],
	],
	[
		'that there is nothing to follow',
		{offered: undefined, isGood: true, copies: []},
		false,
		['the image has no systemd-boot to follow'],
	],
];
for (const [title, given, dryRun, lines] of cases)
	test(`says ${title}`, () => {
		assert.equal(formatBootLoaderUpdate(given, {dryRun}), lines);
	});

test('has no boot loader where there is no deployment', () => {
	const {status, stdout, stderr} = slipway(['boot-loader', 'update', '--dry-run']);
	assert.equal([status, stdout], [3, '']);
	assert.match(stderr, 'slipway: ');
});

test.run();
