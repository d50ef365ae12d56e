import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {hostSystem} from '../../engine/system/host.ts';
import {loopDisk} from './disk.ts';

export type FileSystemKind = 'ext4' | 'xfs' | 'btrfs';

export interface MountedDisk extends Disposable {
	/** Where it is mounted. */
	readonly root: string;
}

const make: Readonly<Record<FileSystemKind, readonly string[]>> = {
	ext4: ['mkfs.ext4', '-q', '-O', 'verity'],
	xfs: ['mkfs.xfs', '-q', '-m', 'reflink=1'],
	btrfs: ['mkfs.btrfs', '-q'],
};

/** A new file system on a loop device, mounted. */
export async function mountedDisk(kind: FileSystemKind, size: number): Promise<MountedDisk> {
	const system = hostSystem();
	const disk = loopDisk(size, 512);
	const root = path.join(disk.folder, 'mounted');
	try {
		const [command = '', ...options] = make[kind];
		await system.run(command, [...options, disk.device]);
		mkdirSync(root);
		system.mount(disk.device, root, kind, []);
	} catch (error) {
		disk[Symbol.dispose]();
		throw error;
	}
	return {
		root,
		[Symbol.dispose]() {
			system.unmount(root);
			disk[Symbol.dispose]();
		},
	};
}
