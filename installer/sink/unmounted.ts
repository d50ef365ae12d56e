import {mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import {Lacking} from '../../engine/errors.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import type {System} from '../../engine/system/system.ts';
import {writeTar} from '../../engine/tar/writer.ts';
import type {SystemContent} from '../content.ts';
import {ext4Arguments} from '../disk/file-system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import {scratchFolder} from '../scratch.ts';
import {byteProgress} from './byte-progress.ts';
import {runDebugfs} from './debugfs.ts';
import {EarlyWriteback} from './early-writeback.ts';
import {finishingCommands, rootMembers} from './root-archive.ts';
import {contentBytes} from './root-files.ts';
import {
	bootWriter,
	checkRootSize,
	rootIsFull,
	type Sink,
	type SinkTarget,
	type Watcher,
} from './sink.ts';

/**
 * Fills the root without the kernel: mke2fs takes a tar from standard input, and debugfs adds what a
 * tar cannot say. Needs no privilege but to write to the disk or file. Only ext4, and only with
 * e2fsprogs 1.47.1 and libarchive.
 */
export function unmountedSink(system: System, disk: SinkTarget): Sink {
	return {
		...bootWriter(system, disk),
		claimsDisk: true,
		async check(content, root) {
			checkRootSize(content, root);
			await checkTools(system, root, disk);
			// Throws for names that debugfs cannot be given.
			using work = workFolder(disk);
			finishingCommands(content, (values) => valueFiles(work.path, values));
		},
		async writeRoot(content, root, report, signal) {
			using work = workFolder(disk);
			const commands = finishingCommands(content, (values) => writeValues(work.path, values));
			await makeFilledRoot(system, disk, content, root, {report, signal});
			await runDebugfs(system, `${work.disk}?offset=${root.start}`, commands);
			return 'offline';
		},
	};
}

const oldestVersion = [1, 47, 1] as const;

async function checkTools(
	system: System,
	{fileSystem}: PlannedPartition,
	disk: SinkTarget,
): Promise<void> {
	if (fileSystem.type !== 'ext4')
		throw new Lacking(
			'needs-mounting',
			`${fileSystem.type} can only be filled when it is mounted`,
			{
				hint: 'Run as root, in a container with --privileged, or choose ext4.',
			},
		);
	const {stderr} = await system.run('mke2fs', ['-V']);
	const [, ...version] = /^mke2fs (\d+)\.(\d+)\.?(\d*)/m.exec(stderr) ?? [];
	if (!isAtLeast(version.map(Number), oldestVersion))
		throw new Lacking(
			'old-e2fsprogs',
			`mke2fs ${version.join('.')} cannot fill a file system from an archive`,
			{hint: `Install e2fsprogs ${oldestVersion.join('.')} or newer.`},
		);
	await tryArchive(system, disk);
}

/** mke2fs loads libarchive when it needs it, so only an archive tells whether it is there. */
async function tryArchive(system: System, disk: SinkTarget): Promise<void> {
	using work = workFolder(disk);
	const file = path.join(work.path, 'trial');
	try {
		await system.run('mke2fs', ['-q', '-F', '-t', 'ext4', '-d', '-', file, '1M'], {
			env: {MKE2FS_CONFIG: disk.mke2fsConfig},
			input: writeTar([]),
		});
	} catch (error) {
		if (!(error instanceof CommandFailed && /libarchive/.test(error.stderr))) throw error;
		throw new Lacking('missing-library', 'mke2fs cannot read archives without libarchive', {
			hint: 'Install libarchive13t64 (Debian), or the package that has libarchive.so.13.',
			cause: error,
		});
	}
}

function isAtLeast(version: readonly number[], oldest: readonly number[]): boolean {
	for (const [index, number] of oldest.entries()) {
		const difference = (version[index] ?? 0) - number;
		if (difference !== 0) return difference > 0;
	}
	return true;
}

/** A folder for what debugfs reads, with a name for the disk that has no `?` in it. */
function workFolder(disk: SinkTarget): Disposable & {path: string; disk: string} {
	const folder = mkdtempSync(path.join(scratchFolder(), 'slipway-root-'));
	const link = path.join(folder, 'disk');
	symlinkSync(path.resolve(disk.path), link);
	return {path: folder, disk: link, [Symbol.dispose]: () => rmSync(folder, {recursive: true})};
}

function valueFiles(folder: string, values: readonly Buffer[]): string[] {
	return values.map((_, index) => path.join(folder, `value-${index}`));
}

function writeValues(folder: string, values: readonly Buffer[]): string[] {
	const files = valueFiles(folder, values);
	for (const [index, file] of files.entries())
		writeFileSync(file, values[index] ?? '', {mode: 0o600});
	return files;
}

async function makeFilledRoot(
	system: System,
	disk: SinkTarget,
	content: SystemContent,
	root: PlannedPartition,
	{report, signal}: Watcher,
): Promise<void> {
	const total = contentBytes(content);
	const progress = byteProgress(report, 'root', 'Writing the root file system', total);
	await using file = await open(disk.path, 'r');
	await using writeback = new EarlyWriteback(() => file.datasync());
	const members = rootMembers(content, (bytes) => {
		signal?.throwIfAborted();
		progress.add(bytes);
		writeback.wrote(bytes);
	});
	const archive = new WatchedInput(writeTar(members));
	const options = {lazyInit: statSync(disk.path).isBlockDevice()};
	// Discarding is up to whoever owns the whole disk.
	const extended = ['nodiscard', `offset=${root.start}`];
	try {
		await system.run(
			'mke2fs',
			[
				...ext4Arguments(root.fileSystem, options, extended),
				'-d',
				'-',
				disk.path,
				`${Math.floor(root.size / 4096) * 4}K`,
			],
			{env: {MKE2FS_CONFIG: disk.mke2fsConfig}, input: archive},
		);
	} catch (error) {
		throw archive.failure ?? explainFailure(content, root, error);
	}
	progress.done();
}

/** Keeps the error that ends a stream: the program that reads it only sees that it ended. */
class WatchedInput implements AsyncIterable<Uint8Array> {
	failure: unknown;
	readonly #stream: AsyncIterable<Uint8Array>;

	constructor(stream: AsyncIterable<Uint8Array>) {
		this.#stream = stream;
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
		try {
			yield* this.#stream;
		} catch (error) {
			this.failure = error;
			throw error;
		}
	}
}

/** libext2fs has several words for a full file system, some of them misleading. */
const fullMessages =
	/Could not allocate (?:block|inode)|No (?:free )?space|Operation not permitted/;

function explainFailure(content: SystemContent, root: PlannedPartition, error: unknown): unknown {
	if (!(error instanceof CommandFailed)) return error;
	return fullMessages.test(error.stderr) ? rootIsFull(content, root, error) : error;
}
