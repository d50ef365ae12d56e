import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {textFile} from '../../../engine/boot/boot-partition.ts';
import type {LoaderPlace} from '../../../engine/boot/loader-update.ts';
import {
	isOwnSigned,
	othersFiles,
	sizeOfFiles,
	sortBootFiles,
	withoutOthersPlaces,
	withoutOthersSettings,
} from '../../../installer/mounted/boot-files.ts';

const test = suite('files of boot partitions');

const own = 'EFI/systemd/systemd-bootx64.efi';
const fallback = 'EFI/BOOT/BOOTX64.EFI';
const paths = [
	own,
	fallback,
	'loader/loader.conf',
	'loader/entries.srel',
	'EFI/Linux/slipway-1/linux',
];
const files = paths.map((path) => textFile(path, 'x'));
const program = (systemdBoot: string | undefined, isSigned = false) => ({
	machine: 0x8664,
	systemdBoot,
	isSigned,
});
const offered = {program: {...program('257.9'), systemdBoot: '257.9'}};

test('go to the partition that reads them', () => {
	const {esp, kernels} = sortBootFiles(files);
	assert.equal(
		[esp, kernels].map((sorted) => sorted.map(({path}) => path)),
		[paths.slice(0, 3), paths.slice(3)],
	);
});

const content = (
	inOwn: LoaderPlace['content'],
	inFallback: LoaderPlace['content'],
): LoaderPlace[] => [
	{path: own, role: 'own', content: inOwn},
	{path: fallback, role: 'fallback', content: inFallback},
];
const cases: readonly (readonly [string, LoaderPlace[], readonly string[]])[] = [
	['all where there is nothing', content('missing', 'missing'), paths],
	['all over older ones, and over scrap', content(program('256'), 'damaged'), paths],
	[
		"no other boot loader's fallback",
		content('missing', program(undefined)),
		paths.filter((path) => path !== fallback),
	],
	['what stands in the own place, whosever it was', content(program(undefined), 'missing'), paths],
	['no newer and no signed one', content(program('258'), program('256', true)), paths.slice(2)],
];

test('leave settings of others', () => {
	const rest = paths.filter((path) => path !== 'loader/loader.conf');
	for (const [settings, wanted] of [
		[undefined, paths],
		['timeout 3\ndefault slipway-*\n', paths],
		['default arch-*\n#default slipway-*\n', rest],
		['timeout 3\n', rest],
	] as const)
		assert.equal(
			withoutOthersSettings(files, settings).map(({path}) => path),
			wanted,
		);
});

test("are others' where they are not systemd-boot", () => {
	const found = (places: readonly LoaderPlace[]) => othersFiles(files, [], places);
	assert.equal(found(content(program('258'), program(undefined))), paths.slice(1));
	assert.equal(othersFiles(files, files, []), []);
});

test('are signed as the image is, or as what stays is', () => {
	const signed = {program: {...offered.program, isSigned: true}};
	const found = [
		isOwnSigned(content('missing', 'missing'), offered),
		isOwnSigned(content('missing', 'missing'), signed),
		isOwnSigned(content(program('256', true), 'missing'), offered),
		isOwnSigned(content(program('258'), 'missing'), signed),
		isOwnSigned(content(program(undefined, true), 'missing'), offered),
		isOwnSigned(content(program('256', true), 'missing'), undefined),
	];
	assert.equal(found, [false, true, true, false, false, false]);
});

for (const [title, places, wanted] of cases)
	test(`replace ${title}`, () => {
		const written = withoutOthersPlaces(files, places, offered);
		assert.equal(
			written.map(({path}) => path),
			wanted,
		);
	});

test('take whole clusters', () => {
	assert.is(sizeOfFiles(files.slice(0, 2)), 2 * 32 * 1024);
});

test.run();
