/**
 * A machine beside another system, on a disk with an ESP of 100 MB: kernels on an XBOOTLDR partition, /var
 * and homes on partitions of their own. Then it is installed anew in its own place, and keeps both.
 */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {partitionTypes} from '../../installer/disk/partition-types.ts';
import {podman} from '../host/podman.ts';
import {seededRandom} from '../seeded.ts';
import {cache, imageName} from '../setup/image.ts';
import {attachDisk, makeDisk} from '../setup/install.ts';
import {liveMachine, makeLiveMedium} from './live-system.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('machine beside another system');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'beside-'));
const place = (name: string) => path.join(folder, name);
const disk = place('disk.raw');
test.after(() => rmSync(folder, {recursive: true}));

const mebibyte = 2 ** 20;
const esp = {start: mebibyte, size: 100 * mebibyte};
const stock = {start: 101 * mebibyte, size: 512 * mebibyte};
/** Of a type that systemd mounts by itself. */
const srv = {start: 613 * mebibyte, size: 64 * mebibyte};
const foreignFiles = {
	'EFI/Microsoft/Boot/bootmgfw.efi': seededRandom(1).bytes(100_000),
	'EFI/debian/grubx64.efi': seededRandom(2).bytes(100_000),
};

/** An ESP with files of two systems on it, and the root and the /srv of one of them. */
function makeForeignDisk(): void {
	makeDisk(disk, {size: 8 * 2 ** 30});
	const sectors = ({start, size}: typeof esp) => `start=${start / 512}, size=${size / 512}`;
	execFileSync('sfdisk', ['--quiet', disk], {
		input: `label: gpt
${sectors(esp)}, type=${partitionTypes.esp}, name="EFI system partition", attrs="GUID:63"
${sectors(stock)}, type=${partitionTypes.linux}, name="stock"
${sectors(srv)}, type=${partitionTypes.srv}, name="srv"
`,
	});
	const offset = `--offset=${esp.start / 512}`;
	execFileSync('mkfs.vfat', ['-F', '32', '-s', '1', offset, disk, String(esp.size / 1024)]);
	const image = `${disk}@@${esp.start}`;
	const folders = ['EFI', 'EFI/Microsoft', 'EFI/Microsoft/Boot', 'EFI/debian'];
	execFileSync('mmd', ['-i', image, ...folders.map((name) => `::/${name}`)]);
	for (const [name, bytes] of Object.entries(foreignFiles)) {
		writeFileSync(place('file'), bytes);
		execFileSync('mcopy', ['-i', image, place('file'), `::/${name}`]);
	}
	mkdirSync(place('stock/etc'), {recursive: true});
	writeFileSync(place('stock/etc/os-release'), 'PRETTY_NAME="Stock OS"\n');
	writeFileSync(place('stock/data'), seededRandom(3).bytes(300_000));
	const mke2fs = ({start, size}: typeof esp, ...args: readonly string[]) =>
		execFileSync('mke2fs', [
			...['-q', '-F', '-t', 'ext4', ...args],
			...['-E', `offset=${start}`, disk, `${size / 1024}K`],
		]);
	mke2fs(stock, '-L', 'stock', '-d', place('stock'));
	mke2fs(srv, '-L', 'srv');
}

/** What must be the same for ever: the table's lines of others, bytes of the ext4s, files on the ESP. */
function foreignState(): readonly string[] {
	const table = execFileSync('sfdisk', ['--dump', disk], {encoding: 'utf8'});
	const lines = table.split('\n').filter((line) => /^\S+[123] :|^label-id/.test(line));
	const hash = createHash('sha256');
	const file = openSync(disk, 'r');
	const chunk = Buffer.alloc(mebibyte);
	for (const {start, size} of [stock, srv])
		for (let at = 0; at < size; at += chunk.length) {
			readSync(file, chunk, 0, chunk.length, start + at);
			hash.update(chunk);
		}
	closeSync(file);
	const files = Object.keys(foreignFiles).map((name) => {
		const bytes = execFileSync('mtype', ['-i', `${disk}@@${esp.start}`, `::/${name}`]);
		return `${name} ${createHash('sha256').update(bytes).digest('hex')}`;
	});
	return [...lines, hash.digest('hex'), ...files];
}

/** Gives the plan and what the installation says. */
async function install(config: string): Promise<{plan: string; said: string}> {
	writeFileSync(place('site.toml'), config, {mode: 0o600});
	using device = attachDisk(disk);
	const run = async (...args: readonly string[]) => {
		const {stdout, stderr} = await podman([
			...['run', '--rm', '--privileged', '--volume', `${folder}:/config:ro`, imageName],
			...['install', '--config', '/config/site.toml', ...args, device.path],
		]);
		return stdout + stderr;
	};
	return {plan: await run('--dry-run'), said: await run()};
}

async function expectRunning(machine: Machine): Promise<void> {
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	const labels = 'findmnt -no PARTLABEL /var; findmnt -no PARTLABEL /var/home';
	assert.equal((await machine.ok(labels)).split('\n'), ['slipway-var', 'slipway-var-home']);
	// Something wanted it mounted, and got no further.
	const show = 'systemctl show --value --property';
	assert.is(await machine.ok(`${show} ActiveState srv.mount`), 'inactive');
	assert.match(await machine.ok(`${show} ConditionTimestampMonotonic srv.mount`), /^[1-9]/);
}

const common = `version = 1
[system]
hostname = "beside"
[image]
target = "registry.example.com/site:1"
[updates]
mode = "off"
`;

check('boots beside it, and takes and loses nothing of it', async () => {
	makeForeignDisk();
	const before = foreignState();
	const {plan} = await install(`${common}[storage]
layout = "free-space"
swap = "256 MiB"
[[storage.extra]]
mountpoint = "/var"
size = "1 GiB"
[[storage.extra]]
mountpoint = "/var/home"
size = "256 MiB"
options = ["nodev"]
[[user]]
name = "ada"
`);
	assert.match(plan, /Destroys: +nothing/);
	assert.match(
		plan,
		/Keeps: +partition 1 \(vfat .*, gets the boot loader\n +partition 2 \(ext4 "stock"/,
	);
	assert.equal(foreignState(), before);
	{
		await using machine = await Machine.start({disk});
		await expectRunning(machine);
		assert.is(
			await machine.ok('bootctl --print-boot-path; bootctl --print-esp-path'),
			'/boot\n/efi',
		);
		assert.match(await machine.ok('swapon --show=NAME,SIZE --noheadings'), /256M/);
		assert.is(await machine.ok('stat -c "%U" /home/ada'), 'ada');
		assert.match(await machine.ok('findmnt -no OPTIONS /var/home'), 'nodev');
		// An update writes its kernel and entry where the first are.
		await machine.ok('slipway kargs add beside=1');
		await machine.reboot();
		await expectRunning(machine);
		assert.match(await machine.ok('cat /proc/cmdline'), 'beside=1');
		await machine.ok('echo kept > /var/home/ada/file; echo kept > /var/lib/file; sync');
	}
	assert.equal(foreignState(), before);
});

check('is installed anew in its own place, with /var and homes as they were', async () => {
	const before = foreignState();
	const {plan} = await install(`${common}[storage]
layout = "partition"
replace = [{partlabel = "slipway-root"}]
[[storage.extra]]
mountpoint = "/var"
existing = {partlabel = "slipway-var"}
[[storage.extra]]
mountpoint = "/var/home"
existing = {partlabel = "slipway-var-home"}
`);
	assert.match(
		plan,
		/Destroys: +partition \d \(ext4 "slipway-root", [^)]*\)(?:, loader\/entries\/slipway-\S+\.conf on partition \d)+\n/,
	);
	await using machine = await Machine.start({disk});
	await expectRunning(machine);
	assert.is(await machine.ok('cat /var/home/ada/file /var/lib/file'), 'kept\nkept');
	assert.not.match(await machine.ok('cat /proc/cmdline'), 'beside=1');
	await machine[Symbol.asyncDispose]();
	assert.equal(foreignState(), before);
});

check('is put there by a live system too, whose kernel mounts the ESP', async () => {
	makeForeignDisk();
	const before = foreignState();
	const live = place('live');
	mkdirSync(live);
	await makeLiveMedium(imageName, live);
	{
		await using machine = await Machine.start(liveMachine(live, [disk]));
		const install = (options: string) =>
			machine.ok(`slipway install --quiet ${options} /dev/vdb`, 900_000);
		await install('--layout free-space');
		assert.match(await machine.ok('cat /proc/filesystems'), /\tvfat$/m);
		assert.equal(foreignState(), before);
		const table = await machine.ok('sfdisk --dump /dev/vdb');
		const [, number = ''] = /^\/dev\/vdb(\d+) :.*"slipway-root"/m.exec(table) ?? [];
		// Its mkfs looks for mounts of the same disk.
		await install(`--replace ${number} --root-fs btrfs`);
		assert.equal(await machine.ok('ls /run | grep slipway- || true'), '');
	}
	assert.equal(foreignState(), before);
	const espFiles = execFileSync('mdir', ['-/', '-b', '-i', `${disk}@@${esp.start}`, '::/']);
	assert.match(espFiles.toString(), /^::\/EFI\/systemd\/systemd-bootx64\.efi$/m);
	assert.not.match(espFiles.toString(), /\.(slipway-)?new$/m);
	await using machine = await Machine.start({disk});
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	assert.is(await machine.ok('findmnt -no FSTYPE /sysroot'), 'btrfs');
	assert.match(await machine.ok('slipway verify'), /^all is as it should be: /m);
	const entries = await machine.ok('ls /boot/loader/entries');
	assert.is(entries.split('\n').length, 1, 'the entry of the root that was replaced is gone');
});

test.run();
