import type {ReadableDeployment} from '../engine/deployment/deployment.ts';
import {unpullableWarning, whyUnpullable} from '../engine/deployment/image-reference.ts';
import {deploymentCommandLine} from '../engine/deployment/new-deployment.ts';
import type {BootstrapItem} from './bootstrap/work.ts';
import {planBeside} from './disk/beside/plan-beside.ts';
import {
	describeLosses,
	type SharingWarning,
	warningsOfSharing,
} from './disk/beside/sharing-text.ts';
import {describeContent, isEmpty} from './disk/content.ts';
import type {ContentSizes} from './disk/content-sizes.ts';
import {diskFingerprint} from './disk/fingerprint.ts';
import type {DiskIdentity} from './disk/identity.ts';
import type {FoundDisk} from './disk/inventory.ts';
import {type DiskLayout, type PlannedPartition, planLayout} from './disk/layout.ts';
import type {LayoutSettings} from './disk/layout-settings.ts';
import type {Architecture} from './disk/partition-types.ts';
import type {StorageWishes} from './disk/storage-wishes.ts';
import {type EncryptionPlan, luksHeaderSize} from './encryption/encryption-plan.ts';
import type {Sharing} from './install-target.ts';
import {type MirrorPlan, mirrorOverhead} from './mirror/mirror-plan.ts';
import {throwRefusals} from './several-refusals.ts';

/**
 * All that an installation will do, as data: printed by `--dry-run`, shown by the screens, done by the
 * run. It is JSON as it is; fields are only ever added within a version.
 */
export interface InstallPlan {
	readonly version: 1;
	/** Each holds a boot partition and the root, or half of it. */
	readonly disks: readonly [DiskPlan, ...DiskPlan[]];
	/** Of the root; undefined when it is not encrypted. */
	readonly encryption: EncryptionPlan | undefined;
	/** Of the root; undefined when it is on one disk. */
	readonly mirror: MirrorPlan | undefined;
	readonly image: PlannedImage;
	readonly deployment: PlannedDeployment;
	/** Whether the kernel will refuse files of the system that were changed on the disk. */
	readonly verity: VerityPlan;
	/** What the machine gets besides its image. */
	readonly bootstrap: readonly BootstrapItem[];
	readonly warnings: readonly PlanWarning[];
}

export interface DiskPlan {
	/** As it was given. */
	readonly path: string;
	/** What is written to: the same without symbolic links. */
	readonly realPath: string;
	readonly kind: FoundDisk['kind'];
	readonly size: number;
	/** The run is for the disk with this identity and no other: it compares them before it writes. */
	readonly identity: DiskIdentity;
	/** See {@link diskFingerprint}. */
	readonly fingerprint: string;
	/** What is destroyed; undefined when that is nothing. */
	readonly destroys: string | undefined;
	readonly layout: DiskLayout;
}

export interface PlannedImage {
	/** What updates will be pulled from; undefined when nobody said. */
	readonly reference: string | undefined;
	/** Whether another machine can pull that: `localhost/…` is only on this one. */
	readonly isPullable: boolean;
	/** Digest of the manifest, when it is known; of the config otherwise. */
	readonly manifestDigest: string | undefined;
	readonly configDigest: string | undefined;
	/** fs-verity digest of the composefs image: what the deployment is made of. */
	readonly verityDigest: string;
}

export interface PlannedDeployment {
	readonly id: string;
	/** Those of the image and of the person. */
	readonly kernelArguments: readonly string[];
	/** These and slipway's own, as the boot entry will have them. */
	readonly commandLine: string;
}

export type VerityPlan =
	| {readonly kind: 'enforced'}
	| {readonly kind: 'not-enforced'; readonly reason: string};

export interface PlanWarning {
	readonly code:
		| 'no-reference'
		| 'unpullable-reference'
		| 'verity-not-enforced'
		| 'recovery-key-passing'
		| 'not-encrypted'
		| SharingWarning['code'];
	readonly message: string;
	readonly hint: string;
}

export interface PlanRequest {
	readonly disk: FoundDisk;
	readonly settings: LayoutSettings;
	readonly wishes?: StorageWishes;
	/** How the disk is shared; left out when all of it is taken. */
	readonly sharing?: Sharing | undefined;
	readonly sizes: ContentSizes;
	readonly architecture: Architecture;
	/** All identifiers follow from it: random for a machine, fixed for a reproducible disk image. */
	readonly seed: string;
	readonly encryption?: EncryptionPlan | undefined;
	readonly mirror?: MirrorPlan | undefined;
	/** More disks that get the same. */
	readonly others?: readonly FoundDisk[];
	readonly image: PlannedImage;
	readonly bootstrap: readonly BootstrapItem[];
	readonly deployment: ReadableDeployment;
	/** Whether the kernel that runs here can enable fs-verity. ext4 gets it without. */
	readonly canEnableVerity: boolean;
	/** Found when the machine was looked at. */
	readonly warnings?: readonly PlanWarning[];
}

/**
 * Decides what to do with a disk that passed {@link findRefusals}.
 * @throws Refused `too-small` or `esp-too-small`, and what speaks against sharing it
 */
export function planInstall(request: PlanRequest): InstallPlan {
	const {disk, others = [], image, deployment, encryption, mirror} = request;
	const layout = layoutFor(request);
	const verity = planVerity(request);
	const commandLine = deploymentCommandLine(deployment, {
		rootUuid: partitionOfRole(layout, 'root').fileSystem.uuid,
		verityRequired: verity.kind === 'enforced',
	});
	const kernelArguments = deployment.origin.kernelArguments.map(({argument}) => argument);
	return {
		version: 1,
		disks: [
			planDisk(disk, layout),
			...others.map((other, index) =>
				planDisk(other, wholeLayout(request, `${request.seed} disk ${index + 2}`)),
			),
		],
		encryption,
		mirror,
		image,
		deployment: {id: deployment.id, kernelArguments, commandLine},
		verity,
		bootstrap: request.bootstrap,
		warnings: [
			...warningsOfImage(image),
			...warningsOfVerity(verity),
			...warningsOfSharing(layout, request.sharing?.bootPartitions ?? [], disk.content),
			...(encryption === undefined ? [] : warningsOfKept(layout)),
			...(request.warnings ?? []),
		],
	};
}

/** Bytes of the root's partition that its file system does not get. */
export function rootOverhead({
	encryption,
	mirror,
}: Pick<PlanRequest, 'encryption' | 'mirror'>): number {
	return (encryption ? luksHeaderSize : 0) + (mirror ? mirrorOverhead : 0);
}

/** The layout of the first disk. */
function layoutFor(request: PlanRequest): DiskLayout {
	const {disk, sharing} = request;
	if (sharing === undefined) return wholeLayout(request, request.seed);
	const planned = planBeside({...request, ...sharing, rootOverhead: rootOverhead(request)});
	if (planned.kind === 'planned') return planned.layout;
	throwRefusals(planned.problems);
	throw new TypeError(`${disk.path} cannot be shared, and nothing said why`);
}

/** That of a disk of which all is taken: with a mirror the same on each, but for identifiers. */
function wholeLayout(request: PlanRequest, seed: string): DiskLayout {
	const {disk, others = []} = request;
	return planLayout({
		...request,
		seed,
		diskSize: Math.min(...[disk, ...others].map(({size}) => size)),
		sectorSize: disk.sectorSize,
		rootOverhead: rootOverhead(request),
	});
}

function planDisk(disk: FoundDisk, layout: DiskLayout): DiskPlan {
	const {path, realPath, kind, size, identity, content} = disk;
	const all = isEmpty(content) ? undefined : describeContent(content, Number.POSITIVE_INFINITY);
	const destroys = layout.beside === undefined ? all : describeLosses(layout.beside);
	const fingerprint = diskFingerprint(disk);
	return {path, realPath, kind, size, identity, fingerprint, destroys, layout};
}

/** The new partition of a role: every layout has a root, and all but shared ones an ESP. */
export function partitionOfRole(layout: DiskLayout, role: 'esp' | 'root'): PlannedPartition {
	const found = layout.partitions.find((partition) => partition.role === role);
	if (found === undefined) throw new RangeError(`the layout has no ${role} partition`);
	return found;
}

function planVerity({settings, canEnableVerity}: PlanRequest): VerityPlan {
	switch (settings.rootFileSystem) {
		case 'ext4':
			return {kind: 'enforced'};
		case 'btrfs':
			return canEnableVerity
				? {kind: 'enforced'}
				: {kind: 'not-enforced', reason: 'the kernel that runs here has no fs-verity for btrfs'};
		case 'xfs':
			return {kind: 'not-enforced', reason: 'xfs has no fs-verity'};
	}
}

/** What is amiss with where updates will come from. */
export function warningsOfImage({reference}: PlannedImage): PlanWarning[] {
	if (reference === undefined) {
		return [
			{
				code: 'no-reference',
				message: 'the machine will get no updates: nobody said where this image is pulled from',
				hint: 'Push the image to a registry, and install with --target-image REGISTRY/NAME:TAG.',
			},
		];
	}
	const unpullable = whyUnpullable(reference);
	return unpullable === undefined ? [] : [unpullableWarning(reference, unpullable, 'install')];
}

function warningsOfVerity(verity: VerityPlan): PlanWarning[] {
	if (verity.kind === 'enforced') return [];
	return [
		{
			code: 'verity-not-enforced',
			message: `changes to the system's files on the disk will not be noticed: ${verity.reason}`,
			hint: 'Use ext4 for the root.',
		},
	];
}

/** Of an encrypted root: what is mounted besides, as it is. */
function warningsOfKept({beside}: DiskLayout): PlanWarning[] {
	const places = (beside?.kept ?? []).flatMap(({use}) =>
		use?.kind === 'mount' ? use.mountPoint : [],
	);
	if (places.length === 0) return [];
	return [
		{
			code: 'not-encrypted',
			message: `only the root is encrypted, not the partitions that are kept for ${places.join(', ')}`,
			hint: 'Keep nothing there that others must not read.',
		},
	];
}
