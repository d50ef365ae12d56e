import {execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {hostSystem} from '../../engine/system/host.ts';
import type {System} from '../../engine/system/system.ts';
import {type Benchmark, type Contender, compare} from './benchmark.ts';

const diskSize = 4 * 2 ** 30;
/** As in the image; both sides make the same file system. */
const mke2fsConfig = 'usr/lib/slipway/mke2fs.conf';

/**
 * The whole `slipway install FILE`, from reading and hashing the image to the boot entry, against `tar -x`
 * of the same root onto a fresh ext4 in such a file plus `sync`. The image runs in a chroot, since starting a
 * container is not slipway's time.
 */
export const installBenchmark: Benchmark = {
	name: 'install',
	title: 'slipway install onto a disk file, against tar -x onto a fresh ext4 and sync',
	maxRatio: 1.5,
	async run({root, folder, rounds}) {
		const system = hostSystem();
		const archive = path.join(folder, 'root.tar');
		const disks = path.join(folder, 'disks');
		mkdirSync(disks, {recursive: true});
		execFileSync('tar', ['-C', root, '--one-file-system', '-cf', archive, '.']);
		const disk = path.join(disks, 'disk.raw');
		const ours: Contender = {
			prepare: async () => makeDisk(system, disk),
			command: () => [
				...(['unshare', '--mount', 'sh', '-ec', enterImage, 'sh', root, disks] as const),
				...['install', '--quiet', '/run/disks/disk.raw'],
			],
		};
		return compare('install', {ours, peer: tarContender(system, {root, archive, disk})}, rounds);
	},
};

/** What a container engine would mount, a folder at a place that is none of the image's, and slipway in it. */
export const enterImage = `
	mount --bind "$1" "$1"
	mount -t proc proc "$1/proc"
	mount --rbind /sys "$1/sys"
	mount --rbind /dev "$1/dev"
	mount -t tmpfs tmpfs "$1/run"
	mkdir "$1/run/disks"
	mount --bind "$2" "$1/run/disks"
	root=$1
	shift 2
	exec chroot "$root" /usr/lib/slipway/slipway "$@"
`;

function makeDisk(system: System, disk: string): void {
	rmSync(disk, {force: true});
	writeFileSync(disk, '');
	truncateSync(disk, diskSize);
	system.syncFileSystem(disk);
}

/** Into a file system that is made and mounted beforehand, where no other process sees it. */
function tarContender(
	system: System,
	{root, archive, disk}: {readonly root: string; readonly archive: string; readonly disk: string},
): Contender {
	const mountPoint = path.join(path.dirname(archive), 'mounted');
	let device = '';
	return {
		async prepare() {
			makeDisk(system, disk);
			device = system.attachLoop(disk);
			await system.run('mke2fs', ['-q', '-t', 'ext4', device], {
				env: {MKE2FS_CONFIG: path.join(root, mke2fsConfig)},
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
