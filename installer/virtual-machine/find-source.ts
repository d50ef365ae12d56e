import {accessSync, constants, existsSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {EngineError, Refused, UsageError} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {printableText} from '../../engine/tree/printable.ts';
import {liveFiles} from '../live/live-medium.ts';
import {readAt} from '../verify/medium/medium.ts';
import {openMedium as openDisk} from '../verify/medium/open-medium.ts';
import {type DiskContent, type DiskFormat, type Packing, readDiskContent} from './disk-content.ts';
import type {AddedDisk, Medium} from './qemu-command.ts';

/** What there is under a name. */
export type Found = 'file' | 'block-device' | 'live-folder' | 'folder' | 'other' | 'nothing';

/**
 * Whether a word means something on this machine, or a container image: what is there is meant.
 * @throws UsageError for what can be neither, or what nobody can know of
 */
export function meantSource(word: string, found: Found): 'path' | 'image' {
	const shown = printableText(word);
	if (found === 'folder')
		throw new UsageError(`${shown} is a folder without ${liveFiles.kernel}: no medium`, {
			hint: isReference(word)
				? `If an image is meant, name its registry too: localhost/${word}.`
				: 'Give a disk image, or a folder that slipway disk --format pxe made.',
		});
	if (found === 'other')
		throw new UsageError(`${shown} is neither a file nor a block device`, {
			hint: 'Give a disk image, a block device or a container image.',
		});
	if (found !== 'nothing') return 'path';
	if (isReference(word) && !looksLikePath(word)) return 'image';
	throw new UsageError(`there is no file ${shown}`, {
		hint: 'Give a disk image that is there, or the name of a container image.',
	});
}

/** For podman to judge; never an option. */
function isReference(word: string): boolean {
	return /^[A-Za-z0-9][\w.:/@+-]*$/.test(word);
}

function looksLikePath(word: string): boolean {
	return /\.(raw|img|qcow2|vmdk|vhdx?|vpc|iso)$/i.test(word) || word.endsWith('/');
}

export function findPath(word: string): Found {
	if (!existsSync(word)) return 'nothing';
	const stat = statSync(word);
	if (stat.isFile()) return 'file';
	if (stat.isBlockDevice()) return 'block-device';
	if (!stat.isDirectory()) return 'other';
	return existsSync(path.join(word, liveFiles.kernel)) ? 'live-folder' : 'folder';
}

/**
 * What is at a path that is there, as a medium.
 * @param isKept what the machine writes stays
 * @throws Refused, UsageError
 */
export function openMedium(
	system: Pick<System, 'deviceSize' | 'probeExclusive'>,
	given: string,
	isKept: boolean,
	firmware: 'uefi' | 'bios' | undefined = undefined,
): Medium {
	// Absolute, or QEMU would take what is before a colon for a protocol.
	const place = path.resolve(given);
	if (statSync(place).isDirectory()) return liveFolder(place, given, isKept);
	const content = readContent(system, place, given);
	if (content.kind === 'disk') {
		const {format, sectorSize, readOnly} = content;
		if (firmware === 'bios' && lacksBootCode(system, place, format))
			throw new UsageError(`no BIOS starts ${printableText(given)}: it has no program for one`, {
				hint: 'Leave --firmware bios out; or make the disk with slipway disk --firmware bios.',
			});
		if (isKept && readOnly !== undefined) throw notKept(given, readOnly);
		if (isKept) checkWritable(system, place, given);
		return {kind: 'disk', path: place, format, sectorSize, isKept};
	}
	if (content.kind !== 'optical') throw notADisk(given);
	if (isKept) throw notKept(given, 'an ISO');
	return {kind: 'optical', path: place};
}

/** In a master boot record its signature and table come behind it. */
const bootCodeLength = 440;

/** Whether nothing is there that a BIOS could start; of a format that slipway does not read nobody knows. */
function lacksBootCode(
	system: Pick<System, 'deviceSize'>,
	place: string,
	format: DiskFormat,
): boolean {
	if (format !== 'raw' && format !== 'qcow2') return false;
	try {
		using disk = openDisk({path: place, format, fileSize: system.deviceSize(place).size});
		return readAt(disk, {offset: 0, length: bootCodeLength}).every((byte) => byte === 0);
	} catch (error) {
		// QEMU may take a qcow2 that is not read here, or says why not.
		if (error instanceof EngineError) return false;
		throw error;
	}
}

function liveFolder(place: string, given: string, isKept: boolean): Medium {
	if (isKept) throw notKept(given, 'a medium for network boots');
	const missing = Object.values(liveFiles).find((name) => !existsSync(path.join(place, name)));
	if (missing !== undefined)
		throw new Refused('no-medium', `${printableText(given)} lacks ${missing}`, {
			hint: 'Make it again: slipway disk --format pxe.',
		});
	return {
		kind: 'live',
		kernel: path.join(place, liveFiles.kernel),
		initramfs: path.join(place, liveFiles.initramfs),
		image: path.join(place, liveFiles.image),
		commandLine: readFileSync(path.join(place, liveFiles.commandLine), 'utf8').trim(),
	};
}

/**
 * A file or device that a machine gets besides, whose content it may change.
 * @throws Refused, UsageError
 */
export function openAddedDisk(
	system: Pick<System, 'deviceSize' | 'probeExclusive'>,
	given: string,
): AddedDisk {
	const found = findPath(given);
	if (found !== 'file' && found !== 'block-device')
		throw new UsageError(`${printableText(given)} is neither a size nor a file`, {
			hint: 'Give a size with its unit, such as "20 GiB", or make a file: truncate -s 20G FILE.',
		});
	const place = path.resolve(given);
	const content = readContent(system, place, given);
	if (content.kind === 'optical')
		throw new UsageError(`${printableText(given)} is an ISO, which is no disk to write to`, {
			hint: `Boot it: slipway run ${given}.`,
		});
	if (content.kind === 'disk' && content.readOnly !== undefined)
		throw new UsageError(`${printableText(given)} is ${content.readOnly}, which QEMU only reads`, {
			hint: `Convert it: qemu-img convert -O qcow2 ${given} ${given}.qcow2`,
		});
	checkWritable(system, place, given);
	return content.kind === 'blank'
		? {path: place, format: 'raw', sectorSize: 512, isBlank: true}
		: {path: place, format: content.format, sectorSize: content.sectorSize, isBlank: false};
}

function readContent(
	system: Pick<System, 'deviceSize'>,
	place: string,
	given: string,
): Exclude<DiskContent, {kind: 'packed'}> {
	checkAccess(place, given, constants.R_OK, 'read');
	const content = readDiskContent(place, system.deviceSize(place).size);
	if (content.kind !== 'packed') return content;
	const unpack: Readonly<Record<Packing, string>> = {
		gzip: 'gzip -dk',
		xz: 'xz -dk',
		zstd: 'zstd -d',
		// What is there already is kept.
		tar: 'tar -xkf',
		'tar and gzip': 'tar -xkf',
	};
	throw new Refused('packed-disk', `${printableText(given)} is packed by ${content.packing}`, {
		hint: `Unpack it first: ${unpack[content.packing]} ${given}`,
	});
}

function checkWritable(system: Pick<System, 'probeExclusive'>, place: string, given: string): void {
	checkAccess(place, given, constants.W_OK, 'written');
	const isDevice = statSync(place).isBlockDevice();
	if (isDevice && system.probeExclusive(place) === 'busy')
		throw new Refused('disk-in-use', `${given} is in use on this machine`, {
			hint: 'Unmount all of it first: two systems that write to a disk destroy what is on it.',
		});
}

function checkAccess(place: string, given: string, mode: number, what: string): void {
	try {
		accessSync(place, mode);
	} catch (cause) {
		throw new Refused('no-access', `${printableText(given)} may not be ${what} by you`, {
			hint: 'Change its permissions, or run it as root.',
			cause,
		});
	}
}

function notADisk(given: string): Refused {
	return new Refused('no-disk', `nothing boots from ${printableText(given)}: no partition table`, {
		hint: 'Give a disk: raw, qcow2, vmdk, vhdx, vhd or an ISO. One to install to goes by --add-disk.',
	});
}

function notKept(given: string, what: string): UsageError {
	return new UsageError(`${printableText(given)} is ${what}, which keeps no changes`, {
		hint: 'Leave --persistent out; a disk to write to goes by --add-disk FILE.',
	});
}
