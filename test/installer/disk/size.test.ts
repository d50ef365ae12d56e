import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	alignDown,
	alignUp,
	formatExactSize,
	formatSize,
	GiB,
	MiB,
	parseSize,
	sizeHint,
	sizeSyntax,
} from '../../../installer/disk/size.ts';

const test = suite('sizes');

test('reads numbers with binary and decimal units', () => {
	assert.equal(['1 GiB', '512MiB', '1.5 GiB', '500 MB', '2TB', '64 KiB', '7 B'].map(parseSize), [
		GiB,
		512 * MiB,
		1.5 * GiB,
		500_000_000,
		2_000_000_000_000,
		65_536,
		7,
	]);
});

test('takes no size without a unit, and nothing that is not quite one', () => {
	const texts = [
		'512',
		'',
		'GiB',
		'-1 GiB',
		'1 gib',
		'1 G',
		'1e3 MiB',
		'1  GiB',
		'1 TB!',
		'9e9 TiB',
	];
	assert.equal(
		texts.map(parseSize),
		texts.map(() => undefined),
	);
	assert.is(parseSize('99999999 TiB'), undefined);
});

test('prints sizes with one decimal below ten', () => {
	assert.equal([512, 9.8 * 1024, 401 * MiB, GiB, 1023.6 * MiB, 256e9].map(formatSize), [
		'512 B',
		'9.8 KiB',
		'401 MiB',
		'1.0 GiB',
		'1.0 GiB',
		'238 GiB',
	]);
});

test('aligns down and up, and leaves what is aligned', () => {
	assert.equal([alignDown(MiB + 1, MiB), alignUp(MiB + 1, MiB)], [MiB, 2 * MiB]);
	assert.equal([alignDown(MiB, MiB), alignUp(MiB, MiB)], [MiB, MiB]);
});

test('are written so that nothing is lost, in the largest unit that fits', () => {
	const sizes = [0, 7, 512 * MiB, GiB, 1.5 * GiB, 200e9, 2e12, 1999999999999, 500_000_001_000];
	assert.equal(sizes.map(formatExactSize), [
		'0 B',
		'7 B',
		'512 MiB',
		'1 GiB',
		'1536 MiB',
		'200 GB',
		'2 TB',
		'1999999999999 B',
		'500000001 kB',
	]);
	assert.equal(
		sizes.map((size) => parseSize(formatExactSize(size))),
		sizes,
	);
});

test('tells how to write what others write', () => {
	assert.is(sizeHint('3G'), 'Write "3 GiB".');
	assert.is(sizeHint('1.5 t'), 'Write "1.5 TiB".');
	assert.is(sizeHint('3'), `Give ${sizeSyntax}.`);
});

test.run();
