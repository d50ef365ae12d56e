import {bootArchitecture} from '../boot/architecture.ts';
import {kernelArgumentsFor} from '../boot/kernel-arguments.ts';
import {readMachineArgumentFiles} from '../boot/machine-kargs.ts';
import type {ReadableDeployment} from '../deployment/deployment.ts';
import type {ImageFiles} from '../deployment/image-files.ts';
import type {ImageReference} from '../deployment/origin.ts';
import {runningPhysicalRoot} from '../deployment/running-physical-root.ts';
import type {NewDeployment} from '../deployment/transitions.ts';
import type {Image} from '../oci/image.ts';
import type {FsVerityAlgorithm} from '../system/system.ts';
import type {FoundImage} from './cached-update.ts';

/** An image that is in the store, and what is known of it. */
export interface DeployableImage {
	readonly image: Image;
	readonly found: FoundImage;
	/** Where the next update comes from. */
	readonly reference: ImageReference;
	/** Of the composefs image. */
	readonly verityDigest: string;
	readonly files: ImageFiles;
}

export interface DeployingMachine {
	/** What runs: the machine it is was installed once, and so are its own kernel arguments. */
	readonly booted: ReadableDeployment;
	readonly algorithm: FsVerityAlgorithm;
	readonly now: Date;
	/** What stands before all paths; for tests. */
	readonly root: string;
}

/**
 * Describes a deployment of an image on this machine, with the kernel arguments that image, installation
 * and machine want together.
 * @throws UsageError for a mistake in a file of kernel arguments
 */
export async function newDeploymentOf(
	{image, found, reference, verityDigest, files}: DeployableImage,
	{booted, algorithm, now, root}: DeployingMachine,
): Promise<NewDeployment> {
	const {installed} = booted.origin;
	const imageVersion = files.osRelease.imageVersion ?? found.imageVersion;
	const kernelArguments = kernelArgumentsFor({
		image: files.kernelArgumentFiles,
		installed: installed.kernelArguments ?? [],
		machine: await readMachineArgumentFiles(root),
		architecture: bootArchitecture().kernel,
	});
	return {
		...(await runningPhysicalRoot(root)),
		title: files.osRelease.prettyName,
		kernel: files.kernel,
		origin: {
			version: 1,
			image: reference,
			manifestDigest: found.manifestDigest,
			...(found.configDigest && {configDigest: found.configDigest}),
			layers: [...image.config.diffIds],
			...(imageVersion && {imageVersion}),
			architecture: image.config.platform.architecture,
			imageVerity: {algorithm, digest: verityDigest},
			kernelVersion: files.kernel.version,
			kernelArguments,
			created: now.toISOString(),
			installed,
		},
	};
}
