/** UEFI firmware for virtual machines, as distributions describe theirs. */
import * as v from 'valibot';
import type {BootArchitecture} from '../../engine/boot/architecture.ts';
import {DamagedInput} from '../../engine/errors.ts';

export type MachineArchitecture = BootArchitecture['kernel'];

export interface FlashFile {
	readonly path: string;
	readonly format: 'raw' | 'qcow2';
}

/** Code in one flash chip, and what is copied for each machine into the other one. */
export interface Firmware {
	readonly code: FlashFile;
	readonly variables: FlashFile;
	/** Secure Boot can be on: the code refuses what is not signed once there are keys. */
	readonly hasSecureBoot: boolean;
	/** There are keys, as a rule those of Microsoft, so it is on. */
	readonly hasKeys: boolean;
	/** Its variables are safe from the guest only in System Management Mode. */
	readonly needsSmm: boolean;
}

/** The type of machine that QEMU makes, as firmware names it; with a version behind it in its full name. */
export const machineTypes: Readonly<Record<MachineArchitecture, {qemu: string; full: string}>> = {
	x86_64: {qemu: 'q35', full: 'pc-q35'},
	aarch64: {qemu: 'virt', full: 'virt'},
};

const flashFile = v.object({filename: v.string(), format: v.picklist(['raw', 'qcow2'])});

/** Of what others there are only what tells them apart is looked at: firmware in memory, or without variables. */
const descriptorSchema = v.object({
	'interface-types': v.array(v.string()),
	mapping: v.looseObject({device: v.string(), mode: v.optional(v.string())}),
	targets: v.array(v.object({architecture: v.string(), machines: v.array(v.string())})),
	features: v.array(v.string()),
});

const splitFlash = v.object({executable: flashFile, 'nvram-template': flashFile});

/**
 * Firmware that a descriptor describes; undefined when it is not UEFI in two flash chips, or not for this type
 * of machine.
 * @param place of the descriptor, for the error
 * @throws DamagedInput
 * @see https://www.qemu.org/docs/master/interop/firmware.html
 */
export function parseFirmwareDescriptor(
	text: string,
	architecture: MachineArchitecture,
	place: string,
): Firmware | undefined {
	const descriptor = parseAs(descriptorSchema, () => JSON.parse(text), place);
	const {mapping, targets, features, 'interface-types': interfaces} = descriptor;
	const isSplitFlash = mapping.device === 'flash' && (mapping.mode ?? 'split') === 'split';
	const isForMachine = targets.some(
		(target) =>
			target.architecture === architecture &&
			target.machines.some((pattern) => isOfType(pattern, machineTypes[architecture])),
	);
	if (!interfaces.includes('uefi') || !isSplitFlash || !isForMachine) return undefined;
	const files = parseAs(splitFlash, () => mapping, place);
	return {
		code: flashFileOf(files.executable),
		variables: flashFileOf(files['nvram-template']),
		hasSecureBoot: features.includes('secure-boot'),
		hasKeys: features.includes('enrolled-keys'),
		needsSmm: features.includes('requires-smm'),
	};
}

/** A pattern for one type has its whole name, and a star in place of the version. */
function isOfType(pattern: string, {qemu, full}: {qemu: string; full: string}): boolean {
	return pattern === qemu || pattern === full || pattern.startsWith(`${full}-`) || pattern === '*';
}

function flashFileOf({filename, format}: v.InferOutput<typeof flashFile>): FlashFile {
	return {path: filename, format};
}

function parseAs<Schema extends v.GenericSchema>(
	schema: Schema,
	read: () => unknown,
	place: string,
): v.InferOutput<Schema> {
	try {
		return v.parse(schema, read());
	} catch (cause) {
		throw new DamagedInput(`${place} does not describe firmware`, {
			hint: 'Correct it; or hide it by an empty file of its name in /etc/qemu/firmware.',
			cause,
		});
	}
}
