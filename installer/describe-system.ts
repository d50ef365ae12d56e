import type {GrubImages} from '../engine/boot/grub/boot-images.ts';
import {newEnvironmentFile, newMenuFile} from '../engine/boot/grub/grub-plan.ts';
import type {KernelArgument} from '../engine/boot/kernel-argument.ts';
import {
	entriesMarker,
	loaderSettingsFile,
	systemdBootFiles,
} from '../engine/boot/systemd-boot-files.ts';
import {kernelFiles, newEntryFile} from '../engine/boot/systemd-boot-plan.ts';
import type {ReadableDeployment} from '../engine/deployment/deployment.ts';
import {
	parseContainerEnvironment,
	type UpdateReference,
	updateReference,
} from '../engine/deployment/image-reference.ts';
import {
	type NewOrigin,
	newBootEntry,
	newDeployment,
	noDeployments,
} from '../engine/deployment/new-deployment.ts';
import {formatOrigin} from '../engine/deployment/origin.ts';
import {isLiveSystem} from '../engine/source/live-root.ts';
import {version} from '../engine/version.ts';
import type {Architecture} from './architecture.ts';
import type {PlannedBootstrap} from './bootstrap/plan-bootstrap.ts';
import type {BootstrapItem} from './bootstrap/work.ts';
import {type SystemContent, sourceSize} from './content.ts';
import {deploymentState} from './deployment-state.ts';
import {type ContentSizes, contentSizes} from './disk/content-sizes.ts';
import {startsByBios, startsByUefi} from './disk/firmware.ts';
import type {LayoutSettings} from './disk/layout-settings.ts';
import {firstBootState, isRootLast} from './first-boot/first-boot-state.ts';
import type {InstallFiles} from './install-files.ts';
import type {GivenSettings} from './install-options.ts';
import {machineMounts} from './machine-mounts.ts';
import type {InstallPlan, PlannedImage} from './plan.ts';
import type {ImageLayers} from './readable-image.ts';
import {algorithm, type SelfImage} from './self-image.ts';

/** What a new machine will be: all of it but what depends on the disk. */
export interface DescribedSystem {
	/** The machine's first. */
	readonly deployment: ReadableDeployment;
	readonly image: PlannedImage;
	readonly sizes: ContentSizes;
	readonly bootstrap: readonly BootstrapItem[];
	/**
	 * Everything on the disk, with the loader entry that the plan has the command line of.
	 * @param plan without disks where the file systems are made by others
	 */
	contentFor(
		plan: Pick<InstallPlan, 'deployment'> & Partial<Pick<InstallPlan, 'disks'>>,
	): SystemContent;
}

export interface SystemRequest {
	readonly files: InstallFiles;
	readonly self: SelfImage;
	readonly layout: LayoutSettings;
	/** GRUB of the image, for a BIOS. */
	readonly grub?: GrubImages | undefined;
	/** How much of the disk it gets, for people; all of it when left out. */
	readonly place?: string;
	readonly architecture: Architecture;
	readonly given: GivenSettings;
	/** Those by which the initramfs finds or unlocks the root, as the installation makes it. */
	readonly rootArguments?: readonly KernelArgument[];
	readonly bootstrap: Pick<PlannedBootstrap, 'items' | 'tree'>;
	/** Of an image that was not read from a running system. */
	readonly layers?: ImageLayers | undefined;
	/** Whether the disk will be copied to another machine, and is to fit itself there at its first boot. */
	readonly isMadeElsewhere?: boolean;
	/** Whether somebody said how large the root is, or may be: then it stays as it is. */
	readonly hasOwnSize?: boolean;
	readonly now: Date;
}

/** @throws UsageError for a mistake in the image's settings */
export function describeSystem(request: SystemRequest): DescribedSystem {
	const {files, self, layout, grub, architecture, given, bootstrap, layers} = request;
	const {firmware = 'uefi'} = layout;
	const reference = updateReference({
		option: given.targetImage,
		containerEnvironment: self.containerEnvironment,
		imageSettings: files.imageSettings,
	});
	const deployment = newDeployment(noDeployments, describeOrigin(request, reference));
	const {id, origin} = deployment;
	const content: SystemContent = {
		algorithm,
		image: self.image,
		objects: layers === undefined ? self.objects : new Map([...self.objects, ...layers.hidden]),
		state: [
			...deploymentState(self, {
				id,
				originText: formatOrigin(origin),
				machine: bootstrap.tree,
			}),
			...(layers?.records ?? []),
		],
		bootFiles: [
			...(startsByUefi(firmware) ? systemdBootFiles(files.bootProgram, architecture.efi) : []),
			...(startsByUefi(firmware) ? [] : [loaderSettingsFile()]),
			...(startsByBios(firmware) ? [newEnvironmentFile] : []),
			entriesMarker,
			...kernelFiles(files.kernel),
		],
		bootEntries: [],
		...(grub && {grub, isForBiosAlone: !startsByUefi(firmware)}),
	};
	return {
		deployment,
		image: {
			reference: reference?.image,
			isPullable: reference !== undefined && reference.unpullable === undefined,
			manifestDigest: origin.manifestDigest,
			configDigest: origin.configDigest,
			verityDigest: self.image.verityDigest,
		},
		sizes: contentSizes(content, sourceSize),
		bootstrap: bootstrap.items,
		contentFor({deployment: {commandLine}, disks}) {
			const {kernel, osRelease} = files;
			const entry = newBootEntry(deployment, {title: osRelease.prettyName, kernel, commandLine});
			const mounts = disks === undefined ? [] : machineMounts(disks[0].layout);
			const canGrow = disks !== undefined && isRootLast(disks[0].layout);
			const grow = request.isMadeElsewhere === true && canGrow && request.hasOwnSize !== true;
			const state = [...content.state, ...mounts, ...firstBootState({grow})];
			const entryFile = newEntryFile(entry);
			// The loader entry is what says that all is there.
			const menu = startsByBios(firmware) ? [newMenuFile(entryFile)] : [];
			return {...content, state, bootEntries: [...menu, entryFile]};
		},
	};
}

function describeOrigin(
	{
		files,
		self,
		layout,
		place = 'whole disk',
		architecture,
		given,
		rootArguments = [],
		now,
		layers,
	}: SystemRequest,
	reference: UpdateReference | undefined,
): NewOrigin {
	const container = parseContainerEnvironment(self.containerEnvironment ?? '');
	const {imageVersion} = files.osRelease;
	const time = now.toISOString();
	const installed = [...given.kernelArguments, ...rootArguments];
	return {
		version: 1,
		image: reference === undefined ? null : {image: reference.image, transport: 'registry'},
		...(layers && {manifestDigest: layers.manifestDigest, layers: [...layers.diffIds]}),
		...(container.configDigest && {configDigest: container.configDigest}),
		...(imageVersion && {imageVersion}),
		architecture: architecture.oci,
		imageVerity: {algorithm, digest: self.image.verityDigest},
		kernelVersion: files.kernel.version,
		kernelArguments: [...files.kernelArguments, ...installed],
		created: time,
		installed: {
			slipwayVersion: version,
			layout: `${place}, ${layout.rootFileSystem}`,
			source: layers?.source ?? sourceName(container.image),
			kernelArguments: installed,
			time,
		},
	};
}

function sourceName(image: string | undefined): string {
	if (isLiveSystem()) return 'live medium';
	return image === undefined ? 'running root' : `container of ${image}`;
}
