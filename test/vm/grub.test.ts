/** GRUB itself with what slipway writes for it, under SeaBIOS; in place of a system, a kernel that restarts. */
import {execFileSync, spawn} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {textFile} from '../../engine/boot/boot-partition.ts';
import {checkGrubImages, type GrubImages} from '../../engine/boot/grub/boot-images.ts';
import {grub} from '../../engine/boot/grub/grub.ts';
import {newMenuFile} from '../../engine/boot/grub/grub-plan.ts';
import {writeGrub} from '../../engine/boot/grub/write-grub.ts';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {noProgress} from '../../engine/progress.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {makeEspFileSystem} from '../../installer/disk/file-system.ts';
import {planLayout, tableOf} from '../../installer/disk/layout.ts';
import {renamePartition, writePartitionTable} from '../../installer/disk/sfdisk.ts';
import {MiB} from '../../installer/disk/size.ts';
import {type IsoOptions, writeIso} from '../../installer/output/iso/write-iso.ts';
import {partitionOfRole} from '../../installer/plan.ts';
import {liveSample, plainIso} from '../installer/live/live-sample.ts';
import {echoKernel} from './echo-kernel.ts';

const suiteOf = suite('GRUB under a BIOS');
const needed = {
	'grub-pc-bin': '/usr/lib/grub/i386-pc/boot.img',
	'grub-common': '/usr/bin/grub-mkimage',
	'qemu-system-x86': '/usr/bin/qemu-system-x86_64',
	mtools: '/usr/bin/mcopy',
};
const missing = Object.entries(needed).flatMap(([name, file]) => (existsSync(file) ? [] : name));
if (missing.length > 0) console.log(`skipped: ${missing.join(', ')} not installed`);
const test = missing.length === 0 ? suiteOf : suiteOf.skip;

const system = hostSystem();
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-grub-vm-'));
suiteOf.after(() => rmSync(folder, {recursive: true}));
const idOf = (serial: number) => `3f2a9c1b4d5e.${serial}`;
/** What is not to get lost on the way to the kernel. */
const special = 'test.a="two words; $x" test.b={}';

async function makeImages(): Promise<GrubImages> {
	const images = path.join(folder, 'grub');
	execFileSync(path.resolve(import.meta.dirname, '../../image/grub/build.sh'), [images]);
	const read = (name: string) => readFile(path.join(images, name));
	return {boot: await read('boot.img'), core: await read('core.img')};
}

/** A disk with a good deployment, and a new one that is tried. */
async function makeDisk(
	images: GrubImages,
): Promise<{readonly disk: string; readonly esp: number}> {
	const disk = path.join(folder, 'disk.raw');
	writeFileSync(disk, '');
	truncateSync(disk, 512 * MiB);
	const layout = planLayout({
		diskSize: 512 * MiB,
		sectorSize: 512,
		sizes: {rootBytes: 10 * MiB, rootInodes: 1000, bootBytes: MiB, loaderBytes: 0, varBytes: 0},
		settings: {rootFileSystem: 'ext4', espSize: undefined, firmware: 'bios'},
		architecture: 'x86-64',
		seed: 'fixed',
	});
	const {biosBoot} = layout;
	if (biosBoot === undefined) throw new Error('no room for GRUB');
	const target = {path: disk, sectorSize: 512};
	await writePartitionTable(system, target, tableOf(layout));
	const esp = partitionOfRole(layout, 'esp');
	await makeEspFileSystem(system, target, esp);
	// The second time as an update does it.
	for (const isActive of [true, false]) await writeGrub(disk, biosBoot, images, {isActive});
	const root = partitionOfRole(layout, 'root');
	await renamePartition(system, target, root.number, root.finishedName);
	await fillBoot(disk, esp.start);
	return {disk, esp: esp.start};
}

const bootPartition = (disk: string, offset: number) =>
	unmountedPartition(system, {file: disk, offset});

async function fillBoot(disk: string, offset: number): Promise<void> {
	const file = path.join(folder, 'kernel');
	writeFileSync(file, echoKernel());
	const linux = {path: file, size: echoKernel().length, sha256: '00'.repeat(32)};
	const partition = bootPartition(disk, offset);
	await partition.write([textFile('loader/loader.conf', 'timeout 0\n')]);
	const loader = grub(partition);
	for (const serial of [0, 1]) {
		await loader.write({
			deploymentId: idOf(serial),
			title: `It's "${serial}"`,
			sequence: serial + 1,
			commandLine: `slipway=${idOf(serial)} ${special}`,
			kernel: {version: '6', linux, initramfs: linux},
		});
		if (serial === 0) await loader.bless(idOf(0));
	}
}

const disk = (file: string) => ['-drive', `if=virtio,format=raw,file=${file}`];
const optical = (file: string) => ['-cdrom', file];

/** Starts a machine until what it says matches. */
async function runUntil(
	medium: readonly string[],
	pattern: RegExp,
	deadlineMs: number,
): Promise<string> {
	const child = spawn('qemu-system-x86_64', [
		...['-machine', 'q35', '-m', '128', '-accel', 'tcg', '-display', 'none', '-vga', 'none'],
		...['-serial', 'stdio', '-monitor', 'none'],
		...medium,
	]);
	const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
	let said = '';
	child.stdout.on('data', (data) => {
		said += data;
		if (pattern.test(said)) child.kill('SIGKILL');
	});
	await new Promise((resolve) => child.once('close', resolve));
	clearTimeout(timer);
	return said;
}

test('counts the attempts of a new deployment, and goes back by itself', async () => {
	const images = await makeImages();
	checkGrubImages(images);
	const {disk: file, esp} = await makeDisk(images);
	const good = new RegExp(`slipway=${idOf(0).replace('.', '\\.')} `);
	const said = await runUntil(disk(file), good, 600_000);
	assert.match(said, good);
	assert.equal(said.match(/(?<=slipway\.attempt=)\d/g), ['1', '2', '3'], said);
	assert.match(said, `slipway=${idOf(1)} "test.a=two words; $x" test.b={} slipway.attempt=1`);
	const partition = bootPartition(file, esp);
	const loader = grub(partition);
	assert.equal(
		(await loader.list()).entries.map(({deploymentId, tries}) => [deploymentId, tries]),
		[
			[idOf(0), undefined],
			[idOf(1), {left: 0, done: 3}],
		],
	);
	await loader.settle?.();
	assert.equal(
		(await partition.list('loader/entries')).map(({name}) => name),
		[`slipway-${idOf(0)}.conf`, `slipway-${idOf(1)}+0-3.conf`],
	);
});

test('starts a live medium, as a CD and as a disk', async () => {
	await makeImages();
	const read = (name: string) => readFile(path.join(folder, 'grub', name));
	const sample = liveSample(folder);
	const kernel = path.join(folder, 'kernel');
	writeFileSync(kernel, echoKernel());
	writeFileSync(path.join(folder, 'root.erofs'), 'the image');
	const iso = path.join(folder, 'live.iso');
	const options: IsoOptions = {
		...plainIso(path.join(folder, 'root.erofs')),
		firmware: 'both',
		grub: {
			cdBoot: await read('cdboot.img'),
			hybridBoot: await read('boot_hybrid.img'),
			core: await read('core.img'),
		},
		kernelArguments: ['test.end'],
	};
	await writeIso(system, sample, options, iso, noProgress, new AbortController().signal);
	for (const medium of [optical(iso), disk(iso)]) {
		const said = await runUntil(medium, / test\.end/, 120_000);
		assert.match(said, 'Sample OS 1');
		assert.match(
			said,
			/slipway\.live=LABEL=SLIPWAY_LIVE_\w+:\/slipway\/root\.erofs quiet a=b test\.end/,
		);
	}
});

test('starts what is known to be good where attempts cannot be counted', async () => {
	const {disk: file, esp} = await makeDisk(await makeImages());
	const partition = bootPartition(file, esp);
	for (const damage of ['torn', undefined]) {
		await partition.remove('grub/grubenv');
		if (damage !== undefined) await partition.write([textFile('grub/grubenv', damage)]);
		const said = await runUntil(disk(file), /slipway=\S+ /, 600_000);
		assert.match(said, `slipway=${idOf(0)} `);
		assert.not.match(said, `slipway=${idOf(1)}`);
	}
	// Where there is nothing else, it is started all the same.
	const entry = `loader/entries/slipway-${idOf(1)}+3.conf`;
	const alone = newMenuFile(textFile(entry, await partition.readText(entry)));
	await partition.write([alone]);
	assert.match(await runUntil(disk(file), /slipway=\S+ /, 600_000), `slipway=${idOf(1)} `);
	await grub(partition).settle?.();
	assert.match(await runUntil(disk(file), /slipway\.attempt=\d/, 600_000), 'slipway.attempt=1');
});

suiteOf.run();
