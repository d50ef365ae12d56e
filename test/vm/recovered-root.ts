/** The root file system of a disk, recovered as a boot recovers it, until it is disposed of. */
import {spawnSync} from 'node:child_process';
import {
	closeSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {listImages, listObjects} from '../../engine/store/contents.ts';
import {storeLayout} from '../../engine/store/layout.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {copyDisk, type PartitionBytes} from './installed-disk.ts';

export interface RecoveredRoot extends Disposable {
	/** Where it is mounted, read-only; undefined when it cannot be. */
	readonly root: string | undefined;
	/** What e2fsck found beyond what a boot mends, and which objects and images lack fs-verity. */
	readonly problems: readonly string[];
}

const system = hostSystem();

/**
 * ext4 alone, on a copy of the disk: what e2fsck writes to be undone, e2undo does not always take.
 * Nothing there has fs-verity any more, so that a kernel without it can read it too. Needs a mount namespace
 * of its own, and as much room beside the disk as it takes.
 */
export function recoverRoot(disk: string, {offset, size}: PartitionBytes): RecoveredRoot {
	using cleanup = new DisposableStack();
	const folder = mkdtempSync(`${disk}-recovered-`);
	cleanup.defer(() => rmSync(folder, {recursive: true}));
	const root = path.join(folder, 'root');
	mkdirSync(root);
	const copy = path.join(folder, 'disk.raw');
	copyDisk(disk, copy);
	const device = system.attachLoop(copy, {offset, sizeLimit: size});
	cleanup.defer(() => system.detachLoop(device));
	// Preening mends what needs no decision; it is what a boot does.
	const preened = run('e2fsck', ['-f', '-p', device]);
	const checked = run('e2fsck', ['-f', '-n', device]);
	const problems = [
		...(preened.status > 1 ? [`e2fsck -p: ${preened.output}`] : []),
		...(checked.status > 0 ? [`e2fsck -n: ${checked.output}`] : []),
	];
	if (problems.length === 0) {
		const {inodes, unprotected} = withMounted(device, root, () => readStored(root));
		problems.push(...unprotected.map((file) => `${file} has no fs-verity`));
		const commands = path.join(folder, 'commands');
		writeFileSync(commands, inodes.map((inode) => `sif <${inode}> flags ${plainFile}\n`).join(''));
		run('debugfs', ['-w', '-f', commands, device]);
		mount(device, root);
		cleanup.defer(() => system.unmount(root));
	}
	const kept = cleanup.move();
	return {
		root: problems.length === 0 ? root : undefined,
		problems,
		[Symbol.dispose]: () => kept.dispose(),
	};
}

/** Flags of an inode: it has extents, and nothing else. */
const plainFile = '0x80000';

function run(program: string, args: readonly string[]): {status: number; output: string} {
	const {status, stdout, stderr} = spawnSync(program, args, {encoding: 'utf8', maxBuffer: 2 ** 28});
	return {status: status ?? 255, output: `${status}\n${stdout}${stderr}`};
}

/** Recovered before, it has nothing to replay. */
function mount(device: string, root: string): void {
	system.mount(device, root, 'ext4', ['ro'], 'noload');
}

function withMounted<Result>(device: string, root: string, read: () => Result): Result {
	mount(device, root);
	try {
		return read();
	} finally {
		system.unmount(root);
	}
}

function readStored(root: string): {readonly inodes: number[]; readonly unprotected: string[]} {
	const layout = storeLayout(path.join(root, 'composefs'));
	const files = [...listImages(layout), ...listObjects(layout)].map((file) => file.path);
	return {
		inodes: files.map((file) => lstatSync(file).ino),
		unprotected: files.filter((file) => !isProtected(file)),
	};
}

/** A kernel without fs-verity does not open what has it. */
function isProtected(file: string): boolean {
	try {
		closeSync(openSync(file, 'r'));
		return system.measureVerity(file) !== undefined;
	} catch (error) {
		if (['EOPNOTSUPP', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? ''))
			return true;
		throw error;
	}
}
