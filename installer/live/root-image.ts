import type {ProgressReporter} from '../../engine/progress.ts';
import type {RunningRoot} from '../../engine/source/running-root.ts';
import type {System} from '../../engine/system/system.ts';
import {type TarMember, writeTar} from '../../engine/tar/writer.ts';
import {tarMembers} from '../../engine/tree/tar-members.ts';
import {transformForOci} from '../../engine/tree/transform.ts';
import type {ByteString, Directory, RegularFile} from '../../engine/tree/tree.ts';
import {byteProgress} from '../sink/byte-progress.ts';

/** The volume label of the image, by which the initramfs finds it on a block device. */
export const liveLabel = 'SLIPWAY-LIVE';

/** Of compressed data: reading one file of a few bytes decompresses that much. */
const clusterSize = 65536;
const compressor = 'zstd,level=3';

/**
 * Writes an image's tree as a compressed EROFS.
 * @throws Lacking `missing-program` without mkfs.erofs
 */
export async function writeRootImage(
	system: Pick<System, 'run'>,
	{tree}: Pick<RunningRoot, 'tree'>,
	file: string,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<void> {
	const places = new Map(tree.files.map(({inode, path: place}) => [inode, place]));
	const total = tree.files.reduce((sum, {inode}) => sum + inode.size, 0);
	const progress = byteProgress(report, 'live-image', 'Reading the root file system', total);
	const begun = {
		read: progress.add,
		// mkfs.erofs compresses when it has all of it, and says nothing.
		ended() {
			progress.done();
			report({type: 'step', step: 'compress', title: 'Compressing the root file system'});
		},
	};
	const members = counted(tarMembers(normalised(tree.root), sourcesIn(places)), begun);
	await system.run(
		'mkfs.erofs',
		[
			...['--quiet', '--tar=f', '--preserve-mtime', `-z${compressor}`, `-C${clusterSize}`],
			...['-L', liveLabel, '-U', 'clear', '-T', '0', '--mkfs-time', file],
		],
		// With it, later times of files become that time, and what is installed would not be the image.
		{input: writeTar(members), signal, env: {SOURCE_DATE_EPOCH: undefined}},
	);
	report({type: 'done', step: 'compress'});
}

/** What a container changes of it, and no deployment has: the times of `/` and `/run`. */
function normalised(tree: Directory): Directory {
	const root = {...tree, children: new Map(tree.children)};
	const run = root.children.get('run');
	if (run !== undefined) root.children.set('run', {...run});
	transformForOci(root);
	return root;
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
	{read, ended}: {readonly read: (bytes: number) => void; readonly ended: () => void},
): Generator<TarMember, void> {
	for (const member of members) {
		yield member;
		if (member.inode.type === 'file') read(member.inode.size);
	}
	ended();
}
