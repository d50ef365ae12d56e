import {loaderSettings} from '../../engine/boot/systemd-boot-files.ts';
import type {ReadableDeployment} from '../../engine/deployment/deployment.ts';
import {deploymentCommandLine} from '../../engine/deployment/new-deployment.ts';
import type {BootstrapItem} from '../bootstrap/work.ts';
import {
	type InstallPlan,
	type PlannedDeployment,
	type PlannedImage,
	type VerityPlan,
	warningsOfImage,
} from '../plan.ts';
import type {CarriedKind} from '../takeover/carry/carried.ts';
import type {BootTarget} from './boot-target.ts';
import {nameOfVolume} from './boot-target.ts';
import type {RootRoom} from './room.ts';
import type {RootTarget} from './root-target.ts';

/**
 * What an installation into mounted file systems will do, as data: printed by `--dry-run`, done by the run.
 * It is JSON as it is; fields are only ever added within a version.
 */
export interface MountedPlan
	extends Pick<InstallPlan, 'version' | 'image' | 'deployment' | 'verity' | 'bootstrap'> {
	readonly root: PlannedRoot;
	readonly boot: PlannedBoot;
	/** Of the system that is there and stays; undefined when none does. */
	readonly takeover: PlannedTakeover | undefined;
	readonly warnings: readonly MountedWarning[];
}

export interface PlannedRoot {
	readonly path: string;
	readonly device: string;
	readonly fileSystem: string;
	readonly uuid: string;
	readonly needed: number;
	readonly free: number;
	/** Names in it that are removed, with all in them; `var/NAME` in a /var on its own file system. */
	readonly removes: readonly string[];
	/** Names in it that stay. */
	readonly leaves: readonly string[];
}

export interface PlannedBoot {
	readonly esp: string;
	/** Where kernel and entries go. */
	readonly entries: string;
	/** Files that are written, in their order; the last one makes the system bootable. */
	readonly files: readonly string[];
}

export interface PlannedTakeover {
	/** The system that is there. */
	readonly title: string;
	/** How the boot menu starts it. */
	readonly starts: string;
	readonly carries: readonly PlannedCarry[];
	/** What the firmware starts first from then on. */
	readonly firmware: string;
}

export interface PlannedCarry {
	readonly kind: CarriedKind;
	/** Whether it was asked for. */
	readonly isChosen: boolean;
	readonly taken: readonly string[];
	readonly left: readonly string[];
}

export interface MountedWarning {
	readonly code: string;
	readonly message: string;
	readonly hint: string;
}

export interface MountedPlanRequest {
	readonly root: RootTarget;
	readonly boot: BootTarget;
	readonly room: RootRoom;
	readonly removes: readonly string[];
	readonly image: PlannedImage;
	readonly bootstrap: readonly BootstrapItem[];
	readonly deployment: ReadableDeployment;
	/** Paths on the boot partitions. */
	readonly bootFiles: readonly string[];
	/** Paths there that another boot loader keeps. */
	readonly othersFiles: readonly string[];
	readonly takeover: PlannedTakeover | undefined;
}

export function planMounted(request: MountedPlanRequest): MountedPlan {
	const {root, boot, room, removes, image, deployment, takeover} = request;
	const {esp, xbootldr = esp} = boot;
	const verity = verityOf(root);
	return {
		version: 1,
		root: {
			path: root.path,
			device: root.device === undefined ? '' : nameOfVolume({device: root.device}),
			fileSystem: root.mount.type,
			uuid: root.uuid ?? '',
			needed: room.needed,
			free: room.free,
			removes,
			leaves: root.names.foreign.filter((name) => !removes.includes(name)),
		},
		boot: {
			esp: esp === undefined ? '' : nameOfVolume(esp),
			entries: xbootldr === undefined ? '' : nameOfVolume(xbootldr),
			files: request.bootFiles,
		},
		image,
		deployment: plannedDeployment(deployment, root.uuid ?? '', verity),
		verity,
		bootstrap: request.bootstrap,
		takeover,
		warnings: [
			...warningsOfImage(image),
			...warningsOfVerity(verity),
			...warningsOfRoom(room, takeover),
			// Of one that is taken over, the firmware is told.
			...(takeover === undefined ? warningsOfOthers(request.othersFiles) : []),
			...(takeover?.carries ?? []).filter(({isChosen}) => isChosen).flatMap(warningsOfCarry),
		],
	};
}

/** fs-verity needs the kernel's help on a file system that is mounted. */
export function verityOf({withoutVerity}: Pick<RootTarget, 'withoutVerity'>): VerityPlan {
	return withoutVerity === undefined
		? {kind: 'enforced'}
		: {kind: 'not-enforced', reason: withoutVerity};
}

function plannedDeployment(
	deployment: ReadableDeployment,
	rootUuid: string,
	verity: VerityPlan,
): PlannedDeployment {
	const place = {rootUuid, verityRequired: verity.kind === 'enforced'};
	return {
		id: deployment.id,
		kernelArguments: deployment.origin.kernelArguments.map(({argument}) => argument),
		commandLine: deploymentCommandLine(deployment, place),
	};
}

function warningsOfVerity(verity: VerityPlan): MountedWarning[] {
	if (verity.kind === 'enforced') return [];
	return [
		{
			code: 'verity-not-enforced',
			message: `changes to the system's files on the disk will not be noticed: ${verity.reason}`,
			hint: 'slipway verify finds them; a whole disk that slipway makes has fs-verity.',
		},
	];
}

function warningsOfRoom(
	{isEnoughForUpdates}: RootRoom,
	takeover: PlannedTakeover | undefined,
): MountedWarning[] {
	if (isEnoughForUpdates) return [];
	return [
		{
			code: 'no-room-for-updates',
			message: 'an update that changes everything would find no room beside this image',
			hint:
				takeover === undefined
					? 'Make the file system larger.'
					: `Remove ${takeover.title} when it is not needed any more: slipway cleanup-previous.`,
		},
	];
}

function warningsOfOthers(files: readonly string[]): MountedWarning[] {
	const warnings: MountedWarning[] = [];
	if (files.includes(loaderSettings))
		warnings.push({
			code: 'foreign-boot-menu',
			message: 'the ESP has a boot menu of another system, which says what starts first',
			hint: 'Choose slipway in that menu, and make it the default with d.',
		});
	if (files.some((file) => /^EFI\/BOOT\//i.test(file)))
		warnings.push({
			code: 'firmware-choice',
			message: 'the firmware goes on starting the system of before',
			hint: 'Add EFI/systemd on the ESP to the boot menu of the firmware, in its setup or with efibootmgr.',
		});
	return warnings;
}

function warningsOfCarry({kind, left}: PlannedCarry): MountedWarning[] {
	return left.map((reason) => ({
		code: 'left-behind',
		message: `not taken along: ${reason}`,
		hint: `Set it up on the new system; --skip=${kind} says that it is not wanted.`,
	}));
}
