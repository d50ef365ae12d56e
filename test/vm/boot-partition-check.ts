/** What has to hold for the boot partition of a disk that nothing has mounted. */
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import path from 'node:path';
import {type BootEntry, type DamagedBootEntry, inBootOrder} from '../../engine/boot/boot-loader.ts';
import type {BootPartition} from '../../engine/boot/boot-partition.ts';
import {kernelFolderName} from '../../engine/boot/kernel.ts';
import {
	type EntryFile,
	kernelsFolder,
	readBootContents,
	sortEntries,
} from '../../engine/boot/systemd-boot-contents.ts';
import {unmountedPartition} from '../../engine/boot/unmounted-partition.ts';
import {OperationFailed} from '../../engine/errors.ts';
import {hostSystem} from '../../engine/system/host.ts';
import type {PartitionBytes} from './installed-disk.ts';

export interface BootPartitionReport {
	/** In boot order. */
	readonly entries: readonly BootEntry[];
	readonly problems: readonly string[];
	/**
	 * Entries that are empty or cannot be read, which a boot loader passes over, kernels' folders that cannot be
	 * listed, and what fsck.vfat says beyond what it says of every disk that was in use.
	 */
	readonly findings: readonly string[];
}

const system = hostSystem();
/** The boot loader itself, and what it boots by. */
const bootLoaderFolders = ['EFI/BOOT', 'EFI/systemd', 'loader'];
/** The boot loader replaces it at each boot. */
const randomSeed = 'loader/random-seed';

export async function checkBootPartition(
	disk: string,
	partition: PartitionBytes,
	bootLoader: ReadonlyMap<string, string>,
): Promise<BootPartitionReport> {
	const findings = checkFat(disk, partition);
	const contents = await readBootContents(tolerating(unmounted(disk, partition), findings));
	const {own, damaged} = sortEntries(contents);
	const isEmpty = ({file}: DamagedBootEntry) => contents.entryTexts.get(file) === '';
	const saying = ({problem}: DamagedBootEntry) => problem;
	const entries = inBootOrder(own);
	const [next] = entries;
	return {
		entries,
		problems: [
			...damaged.filter((entry) => !isEmpty(entry)).map(saying),
			...(next === undefined ? ['there is no entry'] : kernelProblems(disk, partition, next)),
			...changes(bootLoader, await readBootLoader(disk, partition)),
			...findings.filter((line) => crossLinked.test(line)),
		],
		findings: [...damaged.filter(isEmpty).map(saying), ...findings],
	};
}

/** SHA-256 of the files of the boot loader, by path. */
export async function readBootLoader(
	disk: string,
	partition: PartitionBytes,
): Promise<Map<string, string>> {
	const digests = new Map<string, string>();
	for (const folder of bootLoaderFolders)
		for (const {name, type} of await unmounted(disk, partition).list(folder)) {
			const file = `${folder}/${name}`;
			if (type === 'file' && file !== randomSeed)
				digests.set(file, digestOf(disk, partition, file));
		}
	return digests;
}

function unmounted(disk: string, {offset}: PartitionBytes) {
	return unmountedPartition(system, {file: disk, offset});
}

/**
 * An entry that is taken away cannot be read once its clusters are noted as free, as long as its name is still
 * there: the boot loader passes over it, as over an empty one. A kernel's folder that was begun cannot be listed
 * when its cluster was not yet noted as used. fsck.vfat, which runs before the partition is mounted, mends either;
 * that the next start has its kernel is looked at by reading it.
 */
function tolerating(partition: BootPartition, findings: string[]): BootPartition {
	const orElse = async <T>(instead: T, reading: Promise<T>): Promise<T> => {
		try {
			return await reading;
		} catch (error) {
			if (!(error instanceof OperationFailed)) throw error;
			findings.push(error.message);
			return instead;
		}
	};
	return {
		...partition,
		readText: (file) => orElse('', partition.readText(file)),
		list: (folder) =>
			folder.startsWith(`${kernelsFolder}/`)
				? orElse([], partition.list(folder))
				: partition.list(folder),
	};
}

function digestOf(disk: string, {offset}: PartitionBytes, file: string): string {
	const {stdout} = spawnSync('mtype', ['-i', `${disk}@@${offset}`, `::/${file}`], {
		maxBuffer: 2 ** 30,
	});
	return createHash('sha256').update(stdout).digest('hex');
}

/** The folder is named by what it holds. */
function kernelProblems(disk: string, partition: PartitionBytes, next: EntryFile): string[] {
	const folder = path.basename(path.dirname(next.entry.linux));
	const digest = (name: string) => ({
		sha256: digestOf(disk, partition, `${kernelsFolder}/${folder}/${name}`),
	});
	const is = kernelFolderName({linux: digest('linux'), initramfs: digest('initrd')});
	return is === folder ? [] : [`the kernel in ${folder} is ${is}`];
}

/** Files beside these are no harm: what was to replace one of them, and did not get to. */
function changes(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
	return [...before]
		.filter(([file, digest]) => now.get(file) !== digest)
		.map(([file]) => `${file} is another, or gone`);
}

/** What is mended then at the cost of one of the files. */
const crossLinked = /share clusters/;

/** Said of a partition that was in use and not unmounted, and no harm. */
const expected = [
	/^fsck\.fat /,
	/^Dirty bit is set/,
	/^\s*Automatically removing dirty bit/,
	/^There are differences between boot sector and its backup/,
	/^This is mostly harmless\. Differences:/,
	/^\s*\d+:[0-9a-f]{2}\/[0-9a-f]{2}$/,
	/^\s*Not automatically fixing this/,
	/^Free cluster summary wrong/,
	/^\s*Auto-correcting/,
	/^Leaving filesystem unchanged/,
	/^\S+: \d+ files, /,
	/^$/,
];

function checkFat(disk: string, {offset, size}: PartitionBytes): string[] {
	const device = system.attachLoop(disk, {offset, sizeLimit: size, readOnly: true});
	try {
		const {stdout, stderr} = spawnSync('fsck.vfat', ['-n', device], {encoding: 'utf8'});
		return `${stdout}${stderr}`
			.split('\n')
			.filter((line) => !expected.some((pattern) => pattern.test(line)));
	} finally {
		system.detachLoop(device);
	}
}
