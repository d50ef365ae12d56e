/**
 * The boot partitions of a machine whose root is mirrored: each disk has one of its own, and the others are kept
 * in step with the one that is mounted, which is on the disk that the firmware started from.
 */
import {existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmdirSync} from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import {physicalRoot} from '../deployment/read-status.ts';
import {DamagedInput} from '../errors.ts';
import {parseMountinfo} from '../system/mount-points.ts';
import {readText} from '../system/read-text.ts';
import type {System} from '../system/system.ts';
import {copyBootPartition, type MountedBoot} from './copy-boot-partition.ts';
import {mountedPartition} from './mounted-partition.ts';

/** What the partition is called that slipway makes. */
const espName = 'slipway-esp';
const mountFolder = '/run/slipway/boot-copy-';

type CopySystem = Pick<System, 'run' | 'mount' | 'unmount' | 'syncFileSystem'>;

/** A boot partition that could not be brought in step. */
export interface FailedCopy {
	readonly device: string;
	readonly error: unknown;
}

/**
 * Brings all others in step; does nothing where the root is on one disk. Call it as root. One that fails
 * keeps nobody from going on: it is there for the day that another does.
 */
export async function keepBootCopies(
	system: CopySystem,
	boot: MountedBoot,
	root = '/',
): Promise<readonly FailedCopy[]> {
	const failed: FailedCopy[] = [];
	for (const device of await otherBootPartitions(system, boot.mountPoint, root)) {
		try {
			await keepBootCopy(system, boot, device);
		} catch (error) {
			failed.push({device, error});
		}
	}
	return failed;
}

async function keepBootCopy(system: CopySystem, boot: MountedBoot, device: string): Promise<void> {
	mkdirSync(path.dirname(mountFolder), {recursive: true});
	// One of its own: where a killed run has left it mounted, it could not be mounted again.
	const folder = mkdtempSync(mountFolder);
	try {
		system.mount(device, folder, 'vfat', ['nosuid', 'nodev', 'noexec'], 'umask=0077');
		try {
			await copyBootPartition(boot, mountedPartition(system, folder));
		} finally {
			system.unmount(folder);
		}
	} finally {
		rmdirSync(folder);
	}
}

/** Whether the root is on several disks. @param root what stands before all paths; for tests */
export async function rootDisks(root = '/'): Promise<readonly string[]> {
	const source = await sourceOf(physicalRoot, root);
	return source === undefined ? [] : disksBelow(root, source);
}

const listing = v.object({
	blockdevices: v.array(
		v.object({path: v.string(), pkname: v.nullable(v.string()), partlabel: v.nullable(v.string())}),
	),
});

/** Paths of the boot partitions beside the mounted one. */
export async function otherBootPartitions(
	system: Pick<System, 'run'>,
	mountPoint: string,
	root = '/',
): Promise<string[]> {
	const disks = await rootDisks(root);
	if (disks.length < 2) return [];
	const own = await sourceOf(mountPoint, root);
	const args = ['--json', '--list', '--output', 'PATH,PKNAME,PARTLABEL'];
	const {stdout} = await system.run('lsblk', args);
	return parseListing(stdout)
		.filter(({pkname, partlabel}) => partlabel === espName && disks.includes(pkname ?? ''))
		.map((device) => device.path)
		.filter((device) => device !== own);
}

function parseListing(json: string): v.InferOutput<typeof listing>['blockdevices'] {
	try {
		return v.parse(listing, JSON.parse(json)).blockdevices;
	} catch (cause) {
		throw new DamagedInput('the block devices that lsblk lists cannot be read', {cause});
	}
}

async function sourceOf(place: string, root: string): Promise<string | undefined> {
	const mountinfo = (await readText(path.join(root, '/proc/self/mountinfo'))) ?? '';
	// Below it may be what mounts it when somebody looks.
	return parseMountinfo(mountinfo).findLast((one) => one.path === place)?.source;
}

/** Names of the disks that a device is on, through MD and device mapper. */
function disksBelow(root: string, source: string): string[] {
	const place = path.join(root, source);
	const name = path.basename(existsSync(place) ? realpathSync(place) : source);
	const link = path.join(root, 'sys/class/block', name);
	if (!existsSync(link)) return [];
	const folder = realpathSync(link);
	const slaves = path.join(folder, 'slaves');
	const below = existsSync(slaves) ? readdirSync(slaves).sort() : [];
	if (below.length > 0)
		return [...new Set(below.flatMap((one) => disksBelow(root, path.join('/dev', one))))];
	const isPartition = existsSync(path.join(folder, 'partition'));
	return [isPartition ? path.basename(path.dirname(folder)) : name];
}
