/** ISOs as xorriso, sfdisk and blkid read them. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {elToritoImage, type MediumImages} from '../../../../engine/boot/grub/medium-images.ts';
import {noProgress} from '../../../../engine/progress.ts';
import {hostSystem} from '../../../../engine/system/host.ts';
import {type Firmware, startsByBios} from '../../../../installer/disk/firmware.ts';
import {GiB, MiB} from '../../../../installer/disk/size.ts';
import {type IsoLayout, layOutIso} from '../../../../installer/output/iso/iso-layout.ts';
import type {IsoFile} from '../../../../installer/output/iso/iso-tree.ts';
import {writeIsoFile} from '../../../../installer/output/iso/write-iso-file.ts';
import {listIso, whyNoXorriso, xorriso} from './xorriso.ts';

const test = suite('ISO');
const problem = whyNoXorriso();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-iso-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

function memoryFile(name: string, text = name, mode = 0o644): IsoFile {
	const bytes = Buffer.from(text, 'latin1');
	return {path: name, mode, source: {kind: 'bytes', bytes}, size: bytes.length};
}

const longName = 'n'.repeat(255);
const deep = Array.from({length: 12}, (_, level) => `level${level}`).join('/');
const crowd = Array.from({length: 300}, (_, index) =>
	memoryFile(`crowd/a rather long name ${index}`),
);
/** Their names go on behind the directory, over several blocks. */
const longNames = Array.from({length: 30}, (_, index) =>
	memoryFile(`long/${String(index).padEnd(250, 'n')}`),
);
const samples: readonly IsoFile[] = [
	memoryFile('empty', '', 0o600),
	memoryFile('odd/a b;1', 'odd', 0o755),
	memoryFile('odd/A B;1', 'ODD'),
	memoryFile('odd/\xc3\xa4.txt'),
	memoryFile(`odd/${longName}`, 'long', 0o4755),
	memoryFile(`odd/${longName.slice(1)}x`, 'long too'),
	memoryFile(`${deep}/file`, 'deep'),
	...crowd,
	...longNames,
];

/** Files that are to slipway what GRUB's are. */
const mediumGrub: MediumImages = {
	cdBoot: Buffer.alloc(2048, 1),
	hybridBoot: Buffer.alloc(512, 2),
	core: Buffer.alloc(150_001, 3),
};

async function make(
	name: string,
	files: readonly IsoFile[],
	{
		espSize = 3 * MiB,
		firmware = 'uefi',
	}: {readonly espSize?: number; readonly firmware?: Firmware} = {},
): Promise<IsoLayout> {
	const time = new Date(Date.UTC(2026, 1, 3, 4, 5, 6));
	const grub = startsByBios(firmware) ? mediumGrub : undefined;
	const volume = {label: 'SAMPLE_1', application: 'A TEST', time};
	const layout = layOutIso({...volume, files, espSize, firmware, grub});
	rmSync(place(name), {force: true});
	await writeIsoFile(
		hostSystem(),
		place(name),
		layout,
		'seed',
		noProgress,
		new AbortController().signal,
	);
	return layout;
}

/** What a reader of the partition sees. */
function cutVolume(name: string, {volume: {start, size}}: IsoLayout): string {
	const cut = place(`${name}.cut`);
	writeFileSync(cut, readFileSync(place(name)).subarray(start, start + size));
	return cut;
}

/** Listings of all files and of the folders that they are in. */
const listing = samples
	.map(({path: name, size, mode}) => {
		const permissions =
			mode === 0o4755
				? 'rwsr-xr-x'
				: mode === 0o600
					? 'rw-------'
					: mode === 0o755
						? 'rwxr-xr-x'
						: 'rw-r--r--';
		return `/${Buffer.from(name, 'latin1').toString()} -${permissions} ${size}`;
	})
	.concat(
		[
			'',
			'odd',
			'crowd',
			'long',
			...deep.split('/').map((_, level, all) => all.slice(0, level + 1).join('/')),
		].map((name) => `/${name} drwxr-xr-x 0`),
	)
	.sort();

check('has names, modes and contents, as a whole and from its partition on', async () => {
	const layout = await make('names.iso', samples);
	for (const medium of [place('names.iso'), cutVolume('names.iso', layout)]) {
		assert.equal(listIso(medium), listing);
		const out = mkdtempSync(place('out-'));
		xorriso(medium, '-osirrox', 'on', '-extract', '/', out);
		for (const {path: name, source} of samples)
			if (source.kind === 'bytes')
				assert.equal(
					readFileSync(Buffer.from(path.join(Buffer.from(out).toString('latin1'), name), 'latin1')),
					source.bytes,
					name,
				);
	}
});

check('leads firmware to its EFI system partition, as a CD and as a disk', async () => {
	const {esp, volume, size} = await make('boot.iso', samples);
	const reported = xorriso(place('boot.iso'), '-report_el_torito', 'plain');
	const block = esp.start / 2048;
	assert.match(
		reported,
		new RegExp(`boot img : +1 +UEFI +y +none +0x0000 +0x00 +6144 +${block}\n`),
	);
	assert.match(
		xorriso(place('boot.iso'), '-report_system_area', 'plain'),
		'System area summary: MBR protective-msdos-label cyl-align-off GPT\n',
	);
	const {partitiontable: table} = JSON.parse(
		execFileSync('sfdisk', ['--json', place('boot.iso')], {encoding: 'utf8'}),
	);
	assert.equal(
		table.partitions.map(({start, size: sectors, type, name}: Record<string, string | number>) => [
			Number(start) * 512,
			Number(sectors) * 512,
			type,
			name,
		]),
		[
			[volume.start, volume.size, '0FC63DAF-8483-4772-8E79-3D69D8477DE4', 'slipway-live'],
			[esp.start, esp.size, 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', 'slipway-live-esp'],
		],
	);
	assert.match(
		execFileSync('sfdisk', ['--verify', place('boot.iso')], {encoding: 'utf8'}),
		'No errors detected.',
	);
	assert.is(statSync(place('boot.iso')).size, size);
	assert.is(size % 2048, 0);
});

check('leads a BIOS to GRUB too, as a CD and as a disk', async () => {
	const layout = await make('both.iso', samples, {firmware: 'both'});
	const {esp, volume} = layout;
	const reported = xorriso(place('both.iso'), '-report_el_torito', 'plain');
	const [, found = ''] =
		/boot img : +1 +BIOS +y +none +0x0000 +0x00 +4 +(\d+)\n/.exec(reported) ?? [];
	const block = Number(found);
	assert.match(
		reported,
		new RegExp(`boot img : +2 +UEFI +y +none +0x0000 +0x00 +6144 +${esp.start / 2048}\n`),
	);
	// xorriso knows GRUB's boot information table and first sector when it sees them.
	assert.match(reported, /El Torito img opts : +1 +boot-info-table.* grub2-boot-info\n/);
	assert.match(
		xorriso(place('both.iso'), '-report_system_area', 'plain'),
		'System area summary: MBR protective-msdos-label grub2-mbr cyl-align-off GPT\n',
	);
	const image = elToritoImage(mediumGrub, block);
	assert.ok(block * 2048 > volume.start && block * 2048 < esp.start);
	const bytes = readFileSync(place('both.iso'));
	assert.equal(bytes.subarray(block * 2048, block * 2048 + image.length), image);
	assert.match(
		execFileSync('sfdisk', ['--verify', place('both.iso')], {encoding: 'utf8'}),
		'No errors detected.',
	);
	const shown = ['/slipway drwxr-xr-x 0', `/slipway/grub.img -r--r--r-- ${image.length}`];
	for (const medium of [place('both.iso'), cutVolume('both.iso', layout)])
		assert.equal(listIso(medium), [...listing, ...shown].sort());
});

check('leads a BIOS alone to it where UEFI is not to start it', async () => {
	await make('bios.iso', samples, {firmware: 'bios'});
	const reported = xorriso(place('bios.iso'), '-report_el_torito', 'plain');
	assert.match(reported, /boot img : +1 +BIOS /);
	assert.not.match(reported, 'UEFI');
});

check('is found by its label, as a whole and by its first partition', async () => {
	const {volume} = await make('label.iso', samples);
	for (const offset of [0, volume.start]) {
		const found = execFileSync(
			'blkid',
			[
				'-p',
				'-O',
				String(offset),
				'-o',
				'value',
				'-s',
				'LABEL',
				'-s',
				'TYPE',
				'-s',
				'USAGE',
				place('label.iso'),
			],
			{encoding: 'utf8'},
		);
		assert.equal(found.trimEnd().split('\n').sort(), ['SAMPLE_1', 'filesystem', 'iso9660']);
	}
});

check('has files of more than 4 GiB, in extents that follow one another', async () => {
	const size = 4 * GiB + 5 * MiB + 3;
	// The rest is a hole, which would take long to copy.
	const layout = await make('large.iso', [{...memoryFile('large'), size}, memoryFile('small')]);
	const listed = listIso(place('large.iso'));
	assert.equal(listed, ['/ drwxr-xr-x 0', `/large -rw-r--r-- ${size}`, '/small -rw-r--r-- 5']);
	const [large, small] = layout.contents;
	const start = (large?.start ?? 0) / 2048;
	const first = 2 ** 32 - 2048;
	const extents = xorriso(place('large.iso'), '-find', '/', '-exec', 'report_lba', '--')
		.split('\n')
		.flatMap((line) => {
			const [, block, blocks] = /^File data lba: +\d+ , +(\d+) , +(\d+) , /.exec(line) ?? [];
			return block === undefined ? [] : [[block, blocks].map(Number)];
		});
	assert.equal(extents, [
		[start, first / 2048],
		[start + first / 2048, Math.ceil((size - first) / 2048)],
		[(small?.start ?? 0) / 2048, 1],
	]);
});

test('has the same bytes every time', async () => {
	const digest = (name: string) =>
		createHash('sha256')
			.update(readFileSync(place(name)))
			.digest('hex');
	await make('one.iso', samples);
	await make('two.iso', samples);
	assert.is(digest('one.iso'), digest('two.iso'));
});

test('takes no paths that cannot be, or be together', () => {
	const layOut = (...names: readonly string[]) =>
		layOutIso({
			label: 'A',
			application: 'A',
			time: new Date(0),
			files: names.map((name) => memoryFile(name)),
			espSize: MiB,
			firmware: 'uefi',
			grub: undefined,
		});
	for (const name of ['', '/a', 'a//b', 'a/../b', '.', 'a/', 'a\0b', `${longName}x`])
		assert.throws(() => layOut(name), /is no path in an ISO/);
	assert.throws(() => layOut('a', 'a'), /several files are to be "a"/);
	assert.throws(() => layOut('a', 'a/b'), /several files are to be "a"/);
});

test.run();
