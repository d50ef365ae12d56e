import {givenKernelArguments} from '../engine/boot/kargs.ts';
import type {KernelArgument} from '../engine/boot/kernel-argument.ts';
import {formatReference, parseReference} from '../engine/oci/reference.ts';
import type {Answers} from './answers/answers.ts';
import type {Firmware} from './disk/firmware.ts';
import type {RootFileSystem} from './disk/layout-settings.ts';

/** What a person asks for. */
export interface InstallOptions {
	/** Block device or plain file. */
	readonly disk: string;
	/** Of a plain file: bytes of a sector of the disk that it is an image of; 512 when left out. */
	readonly sectorSize?: number | undefined;
	/** More disks, to mirror root and boot partition on; none for a machine of one disk. */
	readonly mirror: readonly string[];
	/** Leave to destroy what is on the disk. */
	readonly wipe: boolean;
	/** Leave to destroy what is in partitions that answers name; only who was not asked has none. */
	readonly mayReplace?: boolean;
	/** The fingerprint of the disk in the plan that was agreed to; otherwise it may be any. */
	readonly plannedDisk?: string | undefined;
	/** Where updates come from; otherwise what the container and the image say. */
	readonly targetImage: string | undefined;
	/** Otherwise what the image says. */
	readonly rootFileSystem: RootFileSystem | undefined;
	/** Bytes; otherwise what the image says. */
	readonly espSize: number | undefined;
	/** What is to start the disk; otherwise {@link usualFirmware}. */
	readonly firmware?: Firmware | undefined;
	/** Those of a configuration, and behind them those of the command line; added to those of the image. */
	readonly configKernelArguments: readonly string[];
	readonly kernelArguments: readonly string[];
	/** What the machine gets besides its image; {@link noAnswers} for nothing. */
	readonly answers: Answers;
	/** Whether somebody sees the recovery key of an encrypted root when it is shown at the end. */
	readonly showsRecoveryKey: boolean;
	/** Decide and check everything, write nothing. */
	readonly dryRun: boolean;
	readonly signal: AbortSignal;
}

/** The part of them that is written to the disk, checked. */
export interface GivenSettings {
	/** In full. */
	readonly targetImage: string | undefined;
	readonly kernelArguments: readonly KernelArgument[];
}

/**
 * @param command that was told them
 * @throws UsageError for a value that is none
 */
export function checkSettings(
	options: Pick<InstallOptions, 'targetImage' | 'configKernelArguments' | 'kernelArguments'>,
	command: 'install' | 'disk' = 'install',
): GivenSettings {
	const {targetImage, configKernelArguments, kernelArguments} = options;
	return {
		targetImage: targetImage && formatReference(parseReference(targetImage)),
		kernelArguments: [
			...givenKernelArguments(configKernelArguments, `${command} --config`),
			...givenKernelArguments(kernelArguments, `${command} --karg`),
		],
	};
}
