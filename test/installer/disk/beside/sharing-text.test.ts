import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {planBeside} from '../../../../installer/disk/beside/plan-beside.ts';
import {describeLosses, warningsOfSharing} from '../../../../installer/disk/beside/sharing-text.ts';
import {MiB} from '../../../../installer/disk/size.ts';
import {besideRequest, found, freeSpace, readableBoot, windows} from './shared-disk.ts';

const test = suite('words on a shared disk');

const bitLocker = {type: 'BitLocker', label: undefined, uuid: undefined};
const withBitLocker = windows.map((partition) =>
	partition.number === 3 ? {...partition, signature: bitLocker} : partition,
);

for (const [title, partitions, loaderFiles, codes] of [
	['nothing where nobody is disturbed', windows, [], []],
	['that the firmware starts others', windows, ['EFI/BOOT/BOOTX64.EFI'], ['firmware-choice']],
	[
		'that others say what starts',
		windows,
		['EFI/BOOT/BOOTX64.EFI', 'loader/loader.conf'],
		['foreign-boot-menu'],
	],
	['of BitLocker', withBitLocker, [], ['bitlocker']],
] as const)
	test(`tell ${title}`, () => {
		const bootPartitions = [readableBoot(1, 60 * MiB, {loaderFiles})];
		const request = besideRequest(partitions, {bootPartitions});
		const planned = planBeside(request);
		if (planned.kind === 'refused') throw new Error('was refused');
		const warnings = warningsOfSharing(planned.layout, bootPartitions, request.disk.content);
		assert.equal(
			warnings.map(({code}) => code),
			codes,
		);
	});

test('name what goes', () => {
	const share = {...freeSpace, layout: 'partition', replace: [{number: 3}]} as const;
	const planned = planBeside(besideRequest([...windows, found(5, 21_000, 100)], {share}));
	if (planned.kind === 'refused' || planned.layout.beside === undefined) throw new Error('refused');
	assert.is(describeLosses(planned.layout.beside), 'partition 3 (NTFS "data3", 19 GiB)');
	assert.is(describeLosses({...planned.layout.beside, removed: []}), undefined);
	const deadEntries = [
		{partition: 1, path: 'loader/entries/slipway-0a.1.conf'},
		{partition: 1, path: 'loader/entries/slipway-\u202e.conf'},
	];
	assert.is(
		describeLosses({...planned.layout.beside, removed: [], deadEntries}),
		'loader/entries/slipway-0a.1.conf on partition 1, loader/entries/slipway-\\u{202e}.conf on partition 1',
	);
});

test.run();
