import {execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {serialize} from 'node:v8';
import {verityDigest} from '../../engine/erofs/fs-verity.ts';
import {writeImage} from '../../engine/erofs/writer.ts';
import {hashFiles} from '../../engine/store/hash-files.ts';
import {hostSystem} from '../../engine/system/host.ts';
import type {System} from '../../engine/system/system.ts';
import {scanDirectory} from '../../engine/tree/scan.ts';
import type {ContentObject, SystemContent} from '../../installer/content.ts';
import {trixieRoot} from '../host/trixie.ts';
import {projectRoot} from '../setup/image.ts';
import {type Benchmark, type Contender, compare} from './benchmark.ts';
import {bundleProcess} from './bundle-process.ts';
import {rootPartition} from './install-sink-root.ts';

const mke2fsConfig = path.join(projectRoot, 'image/root/usr/lib/slipway/mke2fs.conf');

/**
 * A described content onto the root of a disk file, against `tar -x` of the same files onto a fresh
 * ext4 of the same disk file plus `sync`. Ours includes making the file system and sealing the files.
 */
function sinkBenchmark(kind: 'mounted' | 'unmounted', maxRatio: number): Benchmark {
	const name = `${kind}-sink`;
	return {
		name,
		title: `content onto a disk file through the ${kind} sink, against tar -x and sync`,
		maxRatio,
		async run({root, folder, rounds}) {
			const system = hostSystem();
			const content = path.join(folder, 'content');
			const archive = path.join(folder, 'root.tar');
			const disk = path.join(folder, 'disk.raw');
			writeFileSync(content, serialize(await describeRoot(system, root)));
			execFileSync('tar', ['-C', root, '--one-file-system', '-cf', archive, '.']);
			const program = await bundleProcess('test/bench/install-sink-process.ts', folder);
			const ours: Contender = {
				options: {env: {TRIXIE_ROOT: trixieRoot()}},
				prepare: async () => makeDisk(system, disk),
				command: () => [process.execPath, program, kind, content, disk, mke2fsConfig],
			};
			return compare(name, {ours, peer: tarContender(system, archive, disk)}, rounds);
		},
	};
}

export const mountedSinkBenchmark = sinkBenchmark('mounted', 1.5);
/** Of no promise yet: it is for disk images, whose time is mostly the image format's. */
export const unmountedSinkBenchmark = sinkBenchmark('unmounted', 3);

function makeDisk(system: System, disk: string): void {
	rmSync(disk, {force: true});
	writeFileSync(disk, '');
	truncateSync(disk, rootPartition.start + rootPartition.size);
	system.syncFileSystem(disk);
}

/** Into a file system that is made and mounted beforehand, where no other process sees it. */
function tarContender(system: System, archive: string, disk: string): Contender {
	const mountPoint = path.join(path.dirname(disk), 'mounted');
	let device = '';
	return {
		async prepare() {
			makeDisk(system, disk);
			const {start, size} = rootPartition;
			device = system.attachLoop(disk, {offset: start, sizeLimit: size});
			await system.run('mke2fs', ['-q', '-t', 'ext4', device], {
				env: {MKE2FS_CONFIG: mke2fsConfig},
			});
			system.unshareMounts();
			mkdirSync(mountPoint, {recursive: true});
			system.mount(device, mountPoint, 'ext4', []);
		},
		command: () => ['sh', '-c', 'tar -xf "$1" -C "$2" && sync -f "$2"', 'sh', archive, mountPoint],
		async cleanUp() {
			system.unmount(mountPoint);
			system.detachLoop(device);
		},
	};
}

async function describeRoot(system: System, root: string): Promise<SystemContent> {
	const algorithm = 'sha256';
	const tree = scanDirectory(system, Buffer.from(root).toString('latin1'));
	const files = tree.files.map(({path, inode}) => ({path, size: inode.size}));
	const hashed = await hashFiles(files, {algorithm, keepTree: true});
	const objects = new Map<string, ContentObject>();
	for (const [index, {path, inode}] of tree.files.entries()) {
		const {inline, verityDigest, merkleTree} = hashed[index] ?? {};
		Object.assign(inode, {inline, verityDigest});
		if (verityDigest === undefined) continue;
		objects.set(verityDigest, {size: inode.size, source: {kind: 'path', path}, merkleTree});
	}
	const bytes = writeImage(tree.root, {flavour: 'rs', version: 1});
	return {
		algorithm,
		image: {bytes, verityDigest: verityDigest(bytes, algorithm)},
		objects,
		state: [],
		bootFiles: [],
		bootEntries: [],
	};
}
