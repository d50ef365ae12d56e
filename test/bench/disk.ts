/** Disk images against other ways to them. All take the same root file system and the same boot files. */
import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {debianRoot, makeDebianRoot} from '../setup/debian-root.ts';
import {type BenchContext, type Benchmark, type Contender, compare} from './benchmark.ts';
import {enterImage} from './install.ts';

/** What ours makes when nobody says a size, so that nobody's is larger. */
const diskSizeMib = 3072;
const espMib = 768;
const mke2fsConfig = 'usr/lib/slipway/mke2fs.conf';

/**
 * The whole `slipway disk --format raw`, against the least that has to be done: `mke2fs -d` of the same tree, and `mcopy`
 * of the same boot files.
 */
export const rawBenchmark: Benchmark = {
	name: 'disk-raw',
	title:
		'slipway disk --format raw, against mke2fs -d of the same tree and mcopy of the boot files',
	maxRatio: 1.3,
	async run(context) {
		const files = bootFiles(context);
		const disk = path.join(context.folder, 'floor.raw');
		const floor: Contender = {
			prepare: async () => rmSync(disk, {force: true}),
			command: () => ['sh', '-ec', makeFloor, 'sh', context.root, files, disk],
			options: {
				env: {MKE2FS_CONFIG: path.join(context.root, mke2fsConfig), MTOOLS_SKIP_CHECK: '1'},
			},
			cleanUp: async () => rmSync(disk),
		};
		return compare('disk-raw', {ours: ours(context, 'raw'), peer: floor}, context.rounds);
	},
};

const makeFloor = `
	truncate -s ${diskSizeMib}M "$3"
	printf 'label: gpt\\nsize=${espMib}MiB, type=U\\ntype=L\\n' | sfdisk -q "$3"
	mkfs.vfat -F 32 --offset=2048 "$3" $((${espMib} * 1024)) >/dev/null
	mcopy -s -Q -i "$3@@1M" "$2"/* ::/
	mke2fs -q -F -t ext4 -d "$1" -E offset=$(((${espMib} + 1) << 20)) "$3" ${diskSizeMib - espMib - 2}M
	sync -f "$3"
`;

/** The same against systemd-repart, which makes partitions and fills them in one call. */
export const repartBenchmark: Benchmark = {
	name: 'disk-repart',
	title: 'slipway disk --format raw, against systemd-repart --offline=yes with the same content',
	maxRatio: 0.8,
	async run(context) {
		const release = 'trixie';
		const name = 'trixie-repart';
		const packages = 'systemd-repart,e2fsprogs,dosfstools,mtools';
		makeDebianRoot(release, ['--variant=essential', `--include=${packages}`], name);
		const repart = debianRoot(name);
		if (!existsSync(repart)) throw new Error('there is no systemd-repart, and none can be had');
		const work = path.join(context.folder, 'repart');
		mkdirSync(work, {recursive: true});
		const define = (file: string, lines: readonly string[]) =>
			writeFileSync(path.join(work, file), `[Partition]\n${lines.join('\n')}\n`);
		const espSize = [`SizeMinBytes=${espMib}M`, `SizeMaxBytes=${espMib}M`];
		define('10-esp.conf', ['Type=esp', 'Format=vfat', 'CopyFiles=/mnt/boot:/', ...espSize]);
		define('20-root.conf', ['Type=root', 'Format=ext4', 'CopyFiles=/mnt/root:/']);
		const disk = path.join(work, 'disk.raw');
		const peer: Contender = {
			prepare: async () => rmSync(disk, {force: true}),
			command: () => [
				...(['unshare', '--mount', 'sh', '-ec', runRepart, 'sh'] as const),
				...[repart, context.root, bootFiles(context), work],
			],
			cleanUp: async () => rmSync(disk),
		};
		return compare('disk-repart', {ours: ours(context, 'raw'), peer}, context.rounds);
	},
};

const runRepart = `
	for name in root boot out; do mkdir -p "$1/mnt/$name"; done
	mount --bind "$2" "$1/mnt/root"
	mount --bind "$3" "$1/mnt/boot"
	mount --bind "$4" "$1/mnt/out"
	mount -t proc proc "$1/proc"
	mount --rbind /dev "$1/dev"
	chroot "$1" systemd-repart --offline=yes --empty=create --size=${diskSizeMib}M --dry-run=no \\
		--definitions=/mnt/out /mnt/out/disk.raw
	sync -f "$4/disk.raw"
`;

/** Bytes of the same disk as qcow2. */
export const qcow2Benchmark: Benchmark = {
	name: 'disk-qcow2',
	title: 'size of slipway disk --format qcow2, against qemu-img convert -c of the same disk',
	maxRatio: 1.1,
	unit: 'MB',
	async run(context) {
		const out = outFolder(context);
		// The peer has nothing to take time for: it converts what ours makes last.
		const nothing: Contender = {command: () => ['true']};
		const both = {ours: ours(context, 'raw,qcow2'), peer: nothing};
		const result = await compare('disk-qcow2', both, 1);
		const raw = path.join(out, 'disk.raw');
		const converted = path.join(context.folder, 'peer.qcow2');
		execFileSync('qemu-img', ['convert', '-c', '-f', 'raw', '-O', 'qcow2', raw, converted]);
		const [size, peer] = [path.join(out, 'disk.qcow2'), converted].map(
			(file) => statSync(file).size,
		);
		rmSync(converted);
		if (size === undefined || peer === undefined) throw new Error('a disk image is missing');
		return {...result, ours: size, peer, ratio: size / peer};
	},
};

/** In a chroot, since starting a container is not slipway's time. */
function ours(context: BenchContext, formats: string): Contender {
	const out = outFolder(context);
	const words = ['disk', '--quiet', '--format', formats, '--name', 'disk', '/run/disks'];
	return {
		prepare: async () => {
			for (const name of readdirSync(out)) rmSync(path.join(out, name));
		},
		command: () => [
			'unshare',
			'--mount',
			'sh',
			'-ec',
			enterImage,
			'sh',
			context.root,
			out,
			...words,
		],
	};
}

function outFolder({folder}: BenchContext): string {
	const out = path.join(folder, 'disk-images');
	mkdirSync(out, {recursive: true});
	return out;
}

/** Kernel, initramfs and boot loader of the image, as they lie on a boot partition. */
function bootFiles({root, folder}: BenchContext): string {
	const files = path.join(folder, 'boot-files');
	if (existsSync(files)) return files;
	const modules = path.join(root, 'usr/lib/modules');
	const [version = ''] = readdirSync(modules);
	const kernel = path.join(files, 'EFI/Linux/slipway');
	mkdirSync(kernel, {recursive: true});
	for (const [name, target] of [
		['vmlinuz', 'linux'],
		['initramfs.img', 'initrd'],
	] as const)
		cpSync(path.join(modules, version, name), path.join(kernel, target), {dereference: true});
	const program = path.join(root, 'usr/lib/systemd/boot/efi/systemd-bootx64.efi');
	for (const place of ['EFI/BOOT/BOOTX64.EFI', 'EFI/systemd/systemd-bootx64.efi'])
		cpSync(program, path.join(files, place), {recursive: true});
	return files;
}
