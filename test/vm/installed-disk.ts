/** Disks with the image installed on them, and looks into them while no machine runs. */
import {execFileSync} from 'node:child_process';
import {closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync} from 'node:fs';
import path from 'node:path';
import {cache} from '../setup/image.ts';
import {type DiskOptions, type InstallCall, makeInstalledDisk} from '../setup/install.ts';
import type {MachineOptions} from './qemu-command.ts';

export type DirectBoot = NonNullable<MachineOptions['direct']>;

/** Size of a block of the root file system. */
const blockSize = 4096;

export class InstalledDisk implements Disposable {
	readonly file: string;
	/** What the installation said. */
	readonly output: string;
	private readonly folder: string;

	private constructor(folder: string, file: string, output: string) {
		this.folder = folder;
		this.file = file;
		this.output = output;
	}

	/** Installs by podman; takes some seconds. The caller disposes of it. */
	static async make(
		options: DiskOptions & Pick<InstallCall, 'args' | 'image'> = {},
	): Promise<InstalledDisk> {
		mkdirSync(cache, {recursive: true});
		const folder = mkdtempSync(path.join(cache, 'disk-'));
		const file = path.join(folder, 'disk.raw');
		return new InstalledDisk(folder, file, await makeInstalledDisk(file, options));
	}

	/** A copy to be damaged; it goes when this disk does. */
	copy(name: string): InstalledDisk {
		const file = path.join(this.folder, `${name}.raw`);
		copyDisk(this.file, file);
		return new InstalledDisk(this.folder, file, this.output);
	}

	/** What the boot loader would start, for machines that are booted without one. */
	directBoot(): DirectBoot {
		const [entry = ''] = this.mtools('mdir', '-b', '::/loader/entries').split('\n');
		const lines = this.mtools('mtype', entry).split('\n');
		const value = (key: string) =>
			lines
				.find((line) => line.startsWith(`${key} `))
				?.slice(key.length)
				.trim() ?? '';
		const [kernel, initrd] = (['linux', 'initrd'] as const).map((key) => {
			const file = path.join(this.folder, key);
			this.mtools('mcopy', '-o', `::${value(key)}`, file);
			return file;
		});
		if (kernel === undefined || initrd === undefined) throw new Error(`${entry} names no kernel`);
		return {kernel, initrd, append: value('options')};
	}

	/** Changes the root, ext4, by commands of debugfs. */
	changeRoot(...commands: readonly string[]): void {
		for (const command of commands) this.debugfs('-w', command);
	}

	/** Changes a byte of a file in the root, ext4, behind the back of the file system. */
	flipByte(file: string, offset: number): void {
		const blocks = this.debugfs(`blocks ${file}`).trim().split(' ').map(Number);
		const block = blocks[Math.floor(offset / blockSize)] ?? 0;
		const place = this.partitionOffset('slipway-root') + block * blockSize + (offset % blockSize);
		const fd = openSync(this.file, 'r+');
		const byte = Buffer.alloc(1);
		readSync(fd, byte, 0, 1, place);
		writeSync(fd, Buffer.of(byte.readUInt8() ^ 0xff), 0, 1, place);
		closeSync(fd);
	}

	/** Path in the root, ext4, of one of the objects. */
	someObject(): string {
		return this.entryOf(this.entryOf('/composefs/objects'));
	}

	/** Path of one of the entries of a folder in the root. */
	private entryOf(folder: string): string {
		// Lines are /INODE/MODE/UID/GID/NAME/SIZE/.
		const names = this.debugfs(`ls -p ${folder}`).match(/(?<=^\/(?:\d+\/){4})[^./][^/]*/gm);
		if (!names?.[0]) throw new Error(`${folder} is empty`);
		return `${folder}/${names[0]}`;
	}

	private debugfs(...args: readonly string[]): string {
		const command = args.at(-1) ?? '';
		const place = `${this.file}?offset=${this.partitionOffset('slipway-root')}`;
		return execFileSync('debugfs', [...args.slice(0, -1), '-R', command, place], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'pipe'],
		});
	}

	private mtools(program: string, ...args: readonly string[]): string {
		const place = `${this.file}@@${this.partitionOffset('slipway-esp')}`;
		return execFileSync(program, ['-i', place, ...args], {encoding: 'utf8'});
	}

	private partitionOffset(name: string): number {
		return findPartition(this.file, name).offset;
	}

	/** Of the original alone: its copies lie in the same folder. */
	[Symbol.dispose](): void {
		rmSync(this.folder, {recursive: true, force: true});
	}
}

/** Keeps holes, or makes them. */
export function copyDisk(from: string, to: string): void {
	execFileSync('cp', ['--sparse=always', '--reflink=auto', from, to]);
}

/** Where a partition lies on a disk. */
export interface PartitionBytes {
	readonly offset: number;
	readonly size: number;
}

export function findPartition(file: string, name: string): PartitionBytes {
	const json = execFileSync('sfdisk', ['--json', file], {encoding: 'utf8'});
	const {partitiontable: table} = JSON.parse(json) as SfdiskOutput;
	const partition = table.partitions.find((partition) => partition.name === name);
	if (partition === undefined) throw new Error(`${file} has no partition ${name}`);
	return {
		offset: partition.start * table.sectorsize,
		size: partition.size * table.sectorsize,
	};
}

interface SfdiskOutput {
	readonly partitiontable: {
		readonly sectorsize: number;
		readonly partitions: readonly {
			readonly name: string;
			readonly start: number;
			readonly size: number;
		}[];
	};
}
