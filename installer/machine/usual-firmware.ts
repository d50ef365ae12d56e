import {existsSync} from 'node:fs';
import path from 'node:path';
import {isLiveSystem} from '../../engine/source/live-root.ts';
import type {Firmware} from '../disk/firmware.ts';
import type {Architecture} from '../disk/partition-types.ts';

/**
 * The firmware of a disk when nobody says: that of the machine where a live system of the image runs, for there
 * the disk stays. A container may write a disk for any other machine; it takes UEFI.
 * @param isLive whether this is a live system
 * @param root what stands before all paths; for tests
 */
export function usualFirmware(
	architecture: Architecture,
	isLive: boolean = isLiveSystem(),
	root = '/',
): Firmware {
	const isBios = isLive && architecture === 'x86-64';
	return isBios && !existsSync(path.join(root, 'sys/firmware/efi')) ? 'bios' : 'uefi';
}
