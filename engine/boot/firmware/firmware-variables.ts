import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmdirSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {Lacking, OperationFailed, Refused} from '../../errors.ts';
import {KernelCallFailed} from '../../system/libc.ts';
import type {System} from '../../system/system.ts';
import {type FirmwareBoot, parseFirmwareBoot, type VariableChange} from './firmware-boot.ts';

/** Vendor GUIDs behind the names of variables. */
const efi = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const systemdBoot = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
/** Kept, and for boot loaders and systems. */
const attributes = Buffer.from([7, 0, 0, 0]);

/** Variables of the firmware, as efivarfs shows them: four bytes of attributes, and the data. */
export class FirmwareVariables implements Disposable {
	readonly #folder: string;
	readonly #close: () => void;

	constructor(folder: string, close: () => void = () => {}) {
		this.#folder = folder;
		this.#close = close;
	}

	readBoot(): FirmwareBoot {
		const variables = new Map<string, Buffer>();
		for (const file of readdirSync(this.#folder)) {
			const [, name] = /^(Boot(?:[0-9A-F]{4}|Order|Current))-(.*)$/i.exec(file) ?? [];
			const data = name && file.endsWith(efi) ? this.#read(file) : undefined;
			if (name !== undefined && data !== undefined) variables.set(name, data);
		}
		return parseFirmwareBoot(variables);
	}

	/** Name of the loader entry that systemd-boot started this boot from; undefined when it did not. */
	readSelectedEntry(): string | undefined {
		return this.#readText(`LoaderEntrySelected-${systemdBoot}`);
	}

	/** What systemd-boot was told to start by default, whatever loader.conf says; undefined when it was not. */
	readDefaultEntry(): string | undefined {
		return this.#readText(`LoaderEntryDefault-${systemdBoot}`) || undefined;
	}

	/** Whether the firmware starts only what is signed. */
	readSecureBoot(): boolean {
		return this.#read(`SecureBoot-${efi}`)?.[0] === 1;
	}

	/** @throws OperationFailed `firmware-variables` when the firmware takes one not */
	apply(changes: readonly VariableChange[]): void {
		for (const {name, data} of changes) {
			const file = path.join(this.#folder, `${name}-${efi}`);
			try {
				// One write is one call of the firmware.
				if (data === undefined) rmSync(file, {force: true});
				else writeFileSync(file, Buffer.concat([attributes, data]));
			} catch (cause) {
				const {code = String(cause)} = cause as NodeJS.ErrnoException;
				throw new OperationFailed(
					'firmware-variables',
					`the firmware does not take ${name}: ${code}`,
					{
						hint: "Make room in the firmware's variables, or set its boot order in its own menu.",
						cause,
					},
				);
			}
		}
	}

	[Symbol.dispose](): void {
		this.#close();
	}

	#readText(file: string): string | undefined {
		return this.#read(file)?.toString('utf16le').replace(/\0.*$/s, '');
	}

	/** Undefined when there is none. */
	#read(file: string): Buffer | undefined {
		const place = path.join(this.#folder, file);
		return existsSync(place) ? readFileSync(place).subarray(attributes.length) : undefined;
	}
}

/**
 * Mounts the variables where nobody else looks, since containers do not have them; the caller disposes.
 * @param run a folder for the mount point
 * @throws Refused `not-uefi` on a machine that was not started by UEFI
 * @throws Lacking `firmware-variables` when they cannot be had
 */
export function openFirmwareVariables(
	system: Pick<System, 'mount' | 'unmount'>,
	{sys = '/sys', run = '/run'}: {sys?: string; run?: string} = {},
): FirmwareVariables {
	if (!existsSync(path.join(sys, 'firmware/efi')))
		throw new Refused('not-uefi', 'this machine was not started by UEFI', {
			hint: 'Have its firmware start the system by UEFI; for a BIOS slipway only takes whole disks.',
		});
	const folder = path.join(run, `slipway-efivars-${process.pid}`);
	mkdirSync(folder, {mode: 0o700});
	try {
		system.mount('efivarfs', folder, 'efivarfs', ['nosuid', 'nodev', 'noexec']);
	} catch (error) {
		rmdirSync(folder);
		if (!(error instanceof KernelCallFailed)) throw error;
		throw new Lacking(
			'firmware-variables',
			`the firmware's variables cannot be mounted: ${error.errno}`,
			{
				hint: 'Run as root; in a container, with --privileged.',
				cause: error,
			},
		);
	}
	return new FirmwareVariables(folder, () => {
		system.unmount(folder);
		rmdirSync(folder);
	});
}
