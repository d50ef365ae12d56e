import {statSync} from 'node:fs';
import type {KernelArgument} from '../engine/boot/kargs.ts';
import {entriesMarker, systemdBootFiles} from '../engine/boot/systemd-boot-files.ts';
import {kernelFiles, newEntryFile} from '../engine/boot/systemd-boot-plan.ts';
import {nextDeploymentId} from '../engine/deployment/id.ts';
import {
	parseContainerEnvironment,
	type UpdateReference,
	updateReference,
} from '../engine/deployment/image-reference.ts';
import {formatOrigin, type Origin} from '../engine/deployment/origin.ts';
import {version} from '../engine/version.ts';
import type {FileSource, SystemContent} from './content.ts';
import {type ContentSizes, contentSizes} from './disk/content-sizes.ts';
import {minimumDiskSize} from './disk/layout.ts';
import type {LayoutSettings} from './disk/layout-settings.ts';
import type {Architecture, ImageFiles} from './image-files.ts';
import type {InstallPlan, PlannedImage} from './plan.ts';
import {algorithm, type SelfImage} from './self-image.ts';
import {deploymentState} from './system-content.ts';

/** The content of a disk with one deployment; complete once a plan says where its root is. */
export interface DescribedContent {
	readonly deploymentId: string;
	readonly image: PlannedImage;
	readonly kernelArguments: readonly string[];
	readonly sizes: ContentSizes;
	minimumDiskSize(sectorSize: number): number;
	of(plan: InstallPlan): SystemContent;
}

export interface ContentRequest {
	readonly files: ImageFiles;
	readonly self: SelfImage;
	readonly layout: LayoutSettings;
	readonly architecture: Architecture;
	readonly options: {
		readonly targetImage: string | undefined;
		readonly kernelArguments: readonly string[];
	};
	readonly now: Date;
}

/** The first deployment of a machine is the first in its boot order. */
const firstSequence = 1;

export function describeContent(request: ContentRequest): DescribedContent {
	const {files, self, layout, architecture, options} = request;
	const deploymentId = nextDeploymentId(self.image.verityDigest, []);
	const reference = updateReference({
		option: options.targetImage,
		containerEnvironment: self.containerEnvironment,
		imageSettings: files.imageSettings,
	});
	const kernelArguments: KernelArgument[] = [
		...files.kernelArguments,
		...options.kernelArguments.map((argument) => ({argument, source: 'slipway install --karg'})),
	];
	const origin = describeOrigin(request, reference, kernelArguments);
	const content: SystemContent = {
		algorithm,
		image: self.image,
		objects: self.objects,
		state: deploymentState(self.root, self.sources, {
			id: deploymentId,
			originText: formatOrigin(origin),
		}),
		bootFiles: [
			...systemdBootFiles(files.bootProgram, architecture.efi),
			entriesMarker,
			...kernelFiles(files.kernel),
		],
		bootEntries: [],
	};
	const sizes = contentSizes(content, sizeOfSource);
	return {
		deploymentId,
		image: {
			reference: reference?.image,
			isPullable: reference !== undefined && reference.unpullable === undefined,
			manifestDigest: origin.manifestDigest,
			configDigest: origin.configDigest,
			verityDigest: self.image.verityDigest,
		},
		kernelArguments: kernelArguments.map(({argument}) => argument),
		sizes,
		minimumDiskSize: (sectorSize) => minimumDiskSize({sizes, settings: layout, sectorSize}),
		of: ({deployment}) => ({
			...content,
			bootEntries: [
				newEntryFile({
					deploymentId,
					title: files.osRelease.prettyName,
					sequence: firstSequence,
					commandLine: deployment.commandLine,
					kernel: files.kernel,
				}),
			],
		}),
	};
}

function describeOrigin(
	{files, self, layout, architecture, now}: ContentRequest,
	reference: UpdateReference | undefined,
	kernelArguments: readonly KernelArgument[],
): Origin {
	const {image: containerImage, configDigest} = parseContainerEnvironment(
		self.containerEnvironment ?? '',
	);
	const time = now.toISOString();
	return {
		version: 1,
		image: reference === undefined ? null : {image: reference.image, transport: 'registry'},
		...(configDigest && {configDigest}),
		...(files.osRelease.imageVersion && {imageVersion: files.osRelease.imageVersion}),
		architecture: architecture.oci,
		imageVerity: {algorithm, digest: self.image.verityDigest},
		kernelVersion: files.kernel.version,
		kernelArguments: [...kernelArguments],
		sequence: firstSequence,
		created: time,
		pinned: false,
		installed: {
			slipwayVersion: version,
			layout: `whole disk, ${layout.rootFileSystem}`,
			source: containerImage === undefined ? 'running root' : `container of ${containerImage}`,
			time,
		},
	};
}

function sizeOfSource(source: FileSource): number {
	return source.kind === 'bytes'
		? source.bytes.length
		: statSync(Buffer.from(source.path, 'latin1')).size;
}
