/** A machine as it was decided on, before there is a place for what it needs; and the steps to it. */
import path from 'node:path';
import type {ChosenAccelerator} from './accelerator.ts';
import type {Firmware} from './firmware.ts';
import type {ImageDisk} from './image-disk.ts';
import type {AddedDisk, Medium, VirtualMachine} from './qemu-command.ts';
import {tpmSocket} from './tpm.ts';

export interface MachineSettings
	extends Omit<VirtualMachine, 'firmware' | 'medium' | 'addedDisks' | 'tpmSocket'> {
	readonly programs: {
		readonly qemu: string;
		/** Where there is to be a TPM. */
		readonly swtpm: string | undefined;
		/** Where a disk is to be made of an image. */
		readonly podman: string | undefined;
	};
	readonly firmware: {readonly kind: 'bios'} | {readonly kind: 'uefi'; readonly chosen: Firmware};
	readonly source:
		| Medium
		/** A disk of an image is made first, and stays in a file or is forgotten. */
		| (ImageDisk & {readonly kind: 'image'; readonly keptAs: string | undefined});
	readonly addedDisks: readonly (
		| (AddedDisk & {readonly kind: 'file'})
		| {readonly kind: 'new'; readonly size: number}
	)[];
	/** Why the processor is emulated; undefined when it is not, or was asked for. */
	readonly slow: ChosenAccelerator['slow'];
}

/** What is done one after the other, and at last the machine itself. */
export interface MachineSteps {
	readonly imageDisk: (ImageDisk & {readonly podman: string; readonly file: string}) | undefined;
	/** The machine's own variables of the firmware. */
	readonly variables: {readonly template: string; readonly copy: string} | undefined;
	readonly newDisks: readonly {readonly path: string; readonly size: number}[];
	readonly tpm: {readonly swtpm: string; readonly folder: string} | undefined;
	readonly qemu: string;
	readonly machine: VirtualMachine;
}

/** @param folder absolute, of this run alone, and removed after it */
export function machineSteps(settings: MachineSettings, folder: string): MachineSteps {
	const {programs, firmware, source, addedDisks, ...machine} = settings;
	const place = (name: string): string => path.join(folder, name);
	const imageDisk =
		source.kind === 'image' && programs.podman !== undefined
			? {
					reference: source.reference,
					size: source.size,
					firmware: source.firmware,
					podman: programs.podman,
					file: source.keptAs ?? place('disk.raw'),
				}
			: undefined;
	const tpm =
		programs.swtpm === undefined ? undefined : {swtpm: programs.swtpm, folder: place('tpm')};
	const disks = addedDisks.map((disk, at) => ({...disk, newPath: place(`added${at}.raw`)}));
	return {
		imageDisk,
		variables:
			firmware.kind === 'uefi'
				? {template: firmware.chosen.variables.path, copy: place('variables')}
				: undefined,
		newDisks: disks.flatMap((disk) =>
			disk.kind === 'new' ? [{path: disk.newPath, size: disk.size}] : [],
		),
		tpm,
		qemu: programs.qemu,
		machine: {
			...machine,
			firmware:
				firmware.kind === 'bios'
					? firmware
					: {
							kind: 'uefi',
							code: firmware.chosen.code,
							variables: {...firmware.chosen.variables, path: place('variables')},
							needsSmm: firmware.chosen.needsSmm,
						},
			medium: source.kind === 'image' ? rawDisk(imageDisk?.file ?? '') : source,
			addedDisks: disks.map((disk) =>
				disk.kind === 'new'
					? {path: disk.newPath, format: 'raw', sectorSize: 512, isBlank: true}
					: disk,
			),
			tpmSocket: tpm && tpmSocket(tpm.folder),
		},
	};
}

/** Removed with its folder, or meant to be kept: in both cases it is written to itself. */
function rawDisk(file: string): Medium {
	return {kind: 'disk', path: file, format: 'raw', sectorSize: 512, isKept: true};
}
