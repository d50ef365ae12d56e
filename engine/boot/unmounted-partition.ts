import {mkdir, mkdtemp, open, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {OperationFailed} from '../errors.ts';
import type {CommandOptions, CommandResult, System} from '../system/system.ts';
import type {BootFile, BootPartition, BootPartitionFile} from './boot-partition.ts';

/** Where a FAT file system lies: a disk or plain file, and the offset of the partition in bytes. */
export interface PartitionPlace {
	readonly file: string;
	readonly offset: number;
}

type Run = (
	program: string,
	args: readonly string[],
	options?: CommandOptions,
) => Promise<CommandResult>;

/**
 * A boot partition that nothing has mounted, reached with mtools. A crash may leave the file that is
 * being written half there: this is for disks that nothing boots from before the work is done.
 */
export function unmountedPartition(
	system: Pick<System, 'run'>,
	{file, offset}: PartitionPlace,
): BootPartition {
	const run: Run = (program, args, options) =>
		system.run(program, ['-i', `${file}@@${offset}`, ...args], {
			// The geometry that mtools expects of a floppy says nothing about a partition, and times on FAT are those
			// of no zone.
			env: {MTOOLS_SKIP_CHECK: '1', TZ: 'UTC0'},
			...options,
		});
	return {
		list: async (folder) => parseListing(await showFolder(run, folder)),
		readText: async (path) => (await run('mtype', [inPartition(path)])).stdout,
		async write(files) {
			for (const one of files) await copyFile(run, one);
		},
		async rename(from, to) {
			await removeAny(run, to);
			await run('mren', [inPartition(from), inPartition(to)]);
		},
		remove: (path) => removeAny(run, path),
		async sync() {
			await using handle = await open(file, 'r');
			await handle.sync();
		},
		freeBytes: async () => parseFreeBytes(await showFolder(run, '')),
	};
}

const inPartition = (path: string): string => `::/${path}`;

/** mtools end with 1 for a missing file and for everything else; only their words tell. */
const isMissing = ({stderr}: CommandResult): boolean => /File "[^"]*" not found/.test(stderr);

async function ignoringMissing(
	run: Run,
	program: string,
	args: readonly string[],
): Promise<CommandResult> {
	const result = await run(program, args, {okStatuses: [0, 1]});
	if (result.status === 0 || isMissing(result)) return result;
	throw new OperationFailed(
		'boot-partition-failed',
		`${program} ${args.join(' ')} failed: ${result.stderr.trim().replaceAll('\n', '; ')}`,
	);
}

async function showFolder(run: Run, folder: string): Promise<string> {
	return (await ignoringMissing(run, 'mdir', ['-a', inPartition(folder)])).stdout;
}

async function removeAny(run: Run, path: string): Promise<void> {
	await ignoringMissing(run, 'mdeltree', [inPartition(path)]);
}

/**
 * Lays the file out as a symbolic link in a temporary folder: mcopy follows that, and makes the folders that it is in.
 * One by one, for of several it takes whichever the host's folder names first, and the disk would show that.
 */
async function copyFile(run: Run, {path: target, source}: BootFile): Promise<void> {
	const staging = await mkdtemp(path.join(tmpdir(), 'slipway-boot-'));
	try {
		const staged = path.join(staging, target);
		await mkdir(path.dirname(staged), {recursive: true});
		if (source.kind === 'bytes') await writeFile(staged, source.bytes);
		else await symlink(Buffer.from(path.resolve(source.path), 'latin1'), staged);
		const [top = target] = target.split('/');
		// Not -b: with it, mtools 4.0.32 dies halfway ("Streamcache allocation problem").
		await run('mcopy', ['-s', '-o', '-Q', path.join(staging, top), '::/']);
	} finally {
		await rm(staging, {recursive: true});
	}
}

/** Short name, extension, size, date, time, and the long name when the short one does not say it. */
const listingLine = /^(.{8}) (.{3}) +(<DIR>|\d+) +\d{4}-\d\d-\d\d +\d+:\d\d *(.*)$/;

export function parseListing(text: string): BootPartitionFile[] {
	const files: BootPartitionFile[] = [];
	for (const line of text.split('\n')) {
		const [, stem = '', extension = '', size = '', longName = ''] = listingLine.exec(line) ?? [];
		const shortName = [stem.trim(), extension.trim()].filter((part) => part !== '').join('.');
		const name = longName === '' ? shortName : longName;
		if (name === '' || /^\.+$/.test(name)) continue;
		files.push(
			size === '<DIR>'
				? {name, type: 'directory', size: 0}
				: {name, type: 'file', size: Number(size)},
		);
	}
	return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parseFreeBytes(text: string): number {
	const [, digits] = /^ *([\d ]+) bytes free$/m.exec(text) ?? [];
	if (digits === undefined)
		throw new OperationFailed('boot-partition-failed', 'mdir does not say how much space is free');
	return Number(digits.replaceAll(' ', ''));
}
