import {existsSync, readdirSync, readlinkSync, realpathSync} from 'node:fs';
import path from 'node:path';
import {physicalRoot} from '../deployment/read-status.ts';
import {parseMountinfo} from '../system/mount-points.ts';
import {readText} from '../system/read-text.ts';

/** A kernel module without which this machine does not find its root. */
export interface NeededDriver {
	/** As the kernel names it, with underscores: `virtio_blk`. */
	readonly module: string;
	/** What it is for; ends a sentence: `the disk vda`. */
	readonly purpose: string;
}

/**
 * What an initramfs must be able to do on this machine: the file system of the physical root, and every
 * driver from its block device up to the bus that the disk is on, through device mapper and MD.
 * @param root what stands before all paths; for tests
 */
export async function neededDrivers(root = '/'): Promise<NeededDriver[]> {
	const mountinfo = (await readText(path.join(root, '/proc/self/mountinfo'))) ?? '';
	const mount = parseMountinfo(mountinfo).find((one) => one.path === physicalRoot);
	if (mount === undefined) return [];
	const fileSystem = {module: mount.type, purpose: `the root's file system ${mount.type}`};
	const device = deviceName(root, mount.source);
	return unique([fileSystem, ...(await driversOfDevice(root, device))]);
}

/** As the kernel calls it: /dev/mapper has links to what it calls dm-0, and /dev/md to arrays. */
function deviceName(root: string, source: string): string {
	const place = path.join(root, source);
	return path.basename(existsSync(place) ? realpathSync(place) : source);
}

async function driversOfDevice(root: string, device: string): Promise<NeededDriver[]> {
	const link = path.join(root, 'sys/class/block', device);
	if (!existsSync(link)) return [];
	const folder = realpathSync(link);
	const below = namesIn(path.join(folder, 'slaves'));
	const stacked = await stackedDriver(folder, device);
	const others = await Promise.all(below.map((one) => driversOfDevice(root, one)));
	return [...stacked, ...hardwareDrivers(root, folder, device), ...others.flat()];
}

/** LUKS and MD are known by what sysfs has of them, not by a driver. */
async function stackedDriver(folder: string, device: string): Promise<NeededDriver[]> {
	const uuid = (await readText(path.join(folder, 'dm/uuid')))?.trim() ?? '';
	if (uuid.startsWith('CRYPT-'))
		return [{module: 'dm_crypt', purpose: `the encryption of ${device}`}];
	if (uuid !== '') return [{module: 'dm_mod', purpose: `the volume ${device}`}];
	const level = (await readText(path.join(folder, 'md/level')))?.trim();
	return level ? [{module: level, purpose: `the RAID array ${device}`}] : [];
}

/** Drivers of the device itself and of all that it hangs on. */
function hardwareDrivers(root: string, folder: string, device: string): NeededDriver[] {
	const drivers: NeededDriver[] = [];
	const top = path.join(realpathSync(path.join(root, 'sys')), 'devices');
	for (let at = folder; at.startsWith(top) && at !== top; at = path.dirname(at)) {
		const module = path.join(at, 'driver/module');
		if (!existsSync(module)) continue;
		drivers.push({module: path.basename(readlinkSync(module)), purpose: `the disk ${device}`});
	}
	return drivers;
}

function namesIn(folder: string): string[] {
	return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function unique(drivers: readonly NeededDriver[]): NeededDriver[] {
	return [...new Map(drivers.map((driver) => [driver.module, driver])).values()];
}
