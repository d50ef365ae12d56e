import {existsSync, globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {System} from '../../engine/system/system.ts';
import {hostArchitecture} from '../architecture.ts';
import {type Firmware, startsByBios} from '../disk/firmware.ts';
import {mountingCapabilities} from '../disk/refusals.ts';
import {formatSize, GiB, KiB} from '../disk/size.ts';
import {usualFirmware} from './usual-firmware.ts';

/** Something about the machine that decides whether, or how well, it can be installed. */
export interface HardwareCheck {
	readonly name: string;
	/** `stop`: nothing can be installed here. */
	readonly verdict: 'good' | 'doubtful' | 'stop';
	/** What was found, and what to do about it. */
	readonly text: string;
}

/** Below this, hashing an image and writing it at once gets slow. */
const comfortableMemory = 1.5 * GiB;

/**
 * Looks without changing anything.
 * @param installed what is to start what is installed
 * @param root of the kernel's file systems, for tests
 */
export function checkHardware(
	system: Pick<System, 'capabilities' | 'now'>,
	installed: Firmware = usualFirmware(hostArchitecture().partition),
	root = '/',
): HardwareCheck[] {
	const place = (file: string): string => path.join(root, file);
	return [
		checkPrivileges(system),
		checkFirmware(place('sys/firmware/efi'), installed),
		checkMemory(place('proc/meminfo')),
		checkTpm(hasTpm2(root)),
		checkClock(system.now()),
	].filter((check) => check !== undefined);
}

/** Whether a disk can be bound to this machine. */
export function hasTpm2(root = '/'): boolean {
	const version = path.join(root, 'sys/class/tpm/tpm0/tpm_version_major');
	return existsSync(version) && readFileSync(version, 'utf8').trim() === '2';
}

function checkPrivileges({capabilities}: Pick<System, 'capabilities'>): HardwareCheck | undefined {
	const has = capabilities();
	return mountingCapabilities.every((name) => has.has(name))
		? undefined
		: {
				name: 'Privileges',
				verdict: 'stop',
				text: 'too few; run as root, in a container with --privileged',
			};
}

function checkFirmware(efi: string, installed: Firmware): HardwareCheck {
	const name = 'Firmware';
	if (!existsSync(efi))
		return startsByBios(installed)
			? {name, verdict: 'good', text: 'BIOS'}
			: {
					name,
					verdict: 'doubtful',
					text: 'BIOS; what is installed boots with UEFI, unless it is installed with --firmware bios',
				};
	const [variable] = globSync(path.join(efi, 'efivars/SecureBoot-*'));
	const isSecure = variable !== undefined && readFileSync(variable).at(-1) === 1;
	return {name, verdict: 'good', text: `UEFI, Secure Boot is ${isSecure ? 'on' : 'off'}`};
}

/** Bytes of memory of the machine that this runs on. */
export function memorySize(meminfo = '/proc/meminfo'): number {
	const [, kibibytes] = /^MemTotal: +(\d+) kB$/m.exec(readFileSync(meminfo, 'utf8')) ?? [];
	return Number(kibibytes ?? 0) * KiB;
}

function checkMemory(meminfo: string): HardwareCheck {
	const size = memorySize(meminfo);
	return size < comfortableMemory
		? {name: 'Memory', verdict: 'doubtful', text: `${formatSize(size)}; this may take long`}
		: {name: 'Memory', verdict: 'good', text: formatSize(size)};
}

function checkTpm(isThere: boolean): HardwareCheck {
	return isThere
		? {name: 'TPM', verdict: 'good', text: 'version 2'}
		: {name: 'TPM', verdict: 'doubtful', text: 'none: a disk cannot be bound to this machine'};
}

/** A clock that was never set is years behind, and no certificate is valid then. */
const earliestYear = 2026;

function checkClock(now: Date): HardwareCheck {
	const text = `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
	return now.getUTCFullYear() < earliestYear
		? {name: 'Clock', verdict: 'doubtful', text: `${text}: set it, or nothing can be fetched`}
		: {name: 'Clock', verdict: 'good', text};
}
