/** What a live system of the image is booted from: kernel, initramfs, and the image as compressed EROFS. */
import {
	appendFileSync,
	chmodSync,
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type {ProgressReporter} from '../../engine/progress.ts';
import {liveEnvironmentFile} from '../../engine/source/live-root.ts';
import type {RunningRoot} from '../../engine/source/running-root.ts';
import type {System} from '../../engine/system/system.ts';
import {type TarMember, writeTar} from '../../engine/tar/writer.ts';
import {tarMembers} from '../../engine/tree/tar-members.ts';
import type {ByteString, RegularFile} from '../../engine/tree/tree.ts';
import type {InstallFiles} from '../install-files.ts';
import {byteProgress} from '../sink/byte-progress.ts';
import {cpioArchive} from './cpio.ts';

/** The volume label of the image, by which the initramfs finds it. */
export const liveLabel = 'SLIPWAY-LIVE';

/** As they are called in the folder. */
export const liveFiles = {
	kernel: 'vmlinuz',
	initramfs: 'initrd.img',
	image: 'root.erofs',
	commandLine: 'cmdline',
} as const;

export interface LiveMedium {
	readonly tree: RunningRoot['tree'];
	readonly files: Pick<InstallFiles, 'kernel' | 'kernelArguments'>;
	/** See `containerEnvironment`: what the live system tells of where its image came from. */
	readonly environment: string | undefined;
}

/** Of compressed data: reading one file of a few bytes decompresses that much. */
const clusterSize = 65536;
const compressor = 'zstd,level=3';

/**
 * Writes the files of a live medium into a folder, which is made; files of those names are replaced once all
 * of them are there.
 * @throws Lacking `missing-program` without mkfs.erofs
 */
export async function writeLiveMedium(
	system: Pick<System, 'run'>,
	medium: LiveMedium,
	folder: string,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<void> {
	mkdirSync(folder, {recursive: true});
	const unfinished = mkdtempSync(path.join(folder, '.slipway-'));
	const place = (name: string) => path.join(unfinished, name);
	try {
		const {kernel, kernelArguments} = medium.files;
		await writeRootImage(system, medium.tree, place(liveFiles.image), report, signal);
		copyFileSync(kernel.linux.path, place(liveFiles.kernel));
		writeInitramfs(medium, place(liveFiles.initramfs));
		const given = kernelArguments.map(({argument}) => argument);
		writeFileSync(place(liveFiles.commandLine), `${liveCommandLine(given)}\n`);
		for (const name of Object.values(liveFiles)) {
			chmodSync(place(name), 0o644);
			renameSync(place(name), path.join(folder, name));
		}
	} finally {
		rmSync(unfinished, {recursive: true});
	}
}

/** How a live system is started, with the image on a block device. */
export function liveCommandLine(kernelArguments: readonly string[]): string {
	return ['root=tmpfs', `slipway.live=LABEL=${liveLabel}`, ...kernelArguments].join(' ');
}

async function writeRootImage(
	system: Pick<System, 'run'>,
	tree: LiveMedium['tree'],
	file: string,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<void> {
	const places = new Map(tree.files.map(({inode, path: place}) => [inode, place]));
	const total = tree.files.reduce((sum, {inode}) => sum + inode.size, 0);
	const progress = byteProgress(report, 'live-image', 'Compressing the root file system', total);
	const members = counted(tarMembers(tree.root, sourcesIn(places)), progress.add);
	await system.run(
		'mkfs.erofs',
		[
			...['--quiet', '--tar=f', '--preserve-mtime', `-z${compressor}`, `-C${clusterSize}`],
			...['-L', liveLabel, '-U', 'clear', '-T', '0', '--mkfs-time', file],
		],
		{input: writeTar(members), signal},
	);
	progress.done();
}

function sourcesIn(
	places: ReadonlyMap<RegularFile, ByteString>,
): (file: RegularFile) => TarMember['source'] {
	return (file) => {
		const place = places.get(file);
		if (place === undefined) throw new RangeError('nobody knows where a file of the tree is');
		return {kind: 'path', path: place};
	};
}

function* counted(
	members: Iterable<TarMember>,
	add: (bytes: number) => void,
): Generator<TarMember, void> {
	for (const member of members) {
		yield member;
		if (member.inode.type === 'file') add(member.inode.size);
	}
}

/** The kernel unpacks one archive after the other; padded, for it looks for them at multiples of 4. */
function writeInitramfs({files, environment}: LiveMedium, file: string): void {
	const {path: image, size} = files.kernel.initramfs;
	copyFileSync(image, file);
	if (environment === undefined) return;
	const bytes = Buffer.from(imageLines(environment));
	const archive = cpioArchive([{path: environmentInInitramfs, mode: 0o644, bytes}]);
	appendFileSync(file, Buffer.concat([Buffer.alloc(-size & 3), archive]));
}

/** slipway-live puts it where {@link liveEnvironmentFile} says: what is in /run then is not kept. */
const environmentInInitramfs = `usr/lib/slipway/${path.basename(liveEnvironmentFile)}`;

/** Not the name and ID of a container that is gone. */
function imageLines(environment: string): string {
	const lines = environment.split('\n').filter((line) => /^image(id)?=/.test(line));
	return lines.map((line) => `${line}\n`).join('');
}
