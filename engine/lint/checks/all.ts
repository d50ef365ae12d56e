import type {Check} from '../lint.ts';
import {seedMedia} from './cloud-init.ts';
import {healthChecks, healthSettingsCheck} from './health.ts';
import {
	hostFilesCheck,
	machineFilesCheck,
	machineId,
	osRelease,
	program,
	sshHostKeys,
} from './identity.ts';
import {bootLoader, init, initramfs, kernelVersion, oneKernel} from './kernel.ts';
import {emptyBoot, mountPoints, varContent, volatileContent, worldWritable} from './layout.ts';
import {packageCaches} from './packages.ts';
import {imageRecord} from './record.ts';
import {imageReference, kernelArguments, signaturePolicy} from './settings.ts';
import {updateHooks, updateSettingsCheck} from './update.ts';
import {imageSoftware, temporaryFiles, writablePlaces} from './writable.ts';

/** Those that need no more than the engine; in the order in which they are reported. */
export const rootChecks: readonly Check[] = [
	oneKernel,
	kernelVersion,
	initramfs,
	bootLoader,
	init,
	seedMedia,
	program,
	kernelArguments,
	healthChecks,
	healthSettingsCheck,
	imageReference,
	signaturePolicy,
	updateSettingsCheck,
	updateHooks,
	imageRecord,
	osRelease,
	mountPoints,
	emptyBoot,
	writablePlaces,
	imageSoftware,
	temporaryFiles,
	machineId,
	sshHostKeys,
	machineFilesCheck,
	hostFilesCheck,
	varContent,
	volatileContent,
	packageCaches,
	worldWritable,
];
