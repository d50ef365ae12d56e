import type {KernelArgument} from '../engine/boot/kernel-argument.ts';
import type {EngineError} from '../engine/errors.ts';
import type {ImageRoot} from '../engine/lint/image-root.ts';
import {type EarlyBoot, readEarlyBoot} from '../engine/preflight/missing-drivers.ts';
import type {System} from '../engine/system/system.ts';
import type {ReadContents} from './bootstrap/source-contents.ts';
import type {DiskTarget} from './disk/sfdisk.ts';
import type {EncryptionPlan} from './encryption/encryption-plan.ts';
import {prepareEncryption} from './encryption/prepare-encryption.ts';
import {requestEncryption} from './encryption/request-encryption.ts';
import type {InstallFiles} from './install-files.ts';
import type {InstallOptions} from './install-options.ts';
import type {MirrorPlan} from './mirror/mirror-plan.ts';
import {prepareMirror} from './mirror/prepare-mirror.ts';
import type {PlanWarning} from './plan.ts';
import type {RootVolume} from './root-volume.ts';
import {stackedVolume} from './stacked-volume.ts';

/** What the root is on, decided before the disks are looked at. */
export interface PreparedRoot {
	readonly encryption: EncryptionPlan | undefined;
	readonly mirror: MirrorPlan | undefined;
	/** By which the initramfs gets at the root. */
	readonly kernelArguments: readonly KernelArgument[];
	readonly problems: readonly EngineError[];
	readonly warnings: readonly PlanWarning[];
	/** Undefined where it is just the partition of one disk. */
	volumeOn(disks: readonly [DiskTarget, ...DiskTarget[]]): RootVolume | undefined;
}

export interface RootRequest {
	readonly options: InstallOptions;
	readonly contents: ReadContents;
	readonly seed: string;
	readonly image: ImageRoot;
	readonly files: InstallFiles;
	/** Whether another machine is to start from the disk, and to encrypt it then. */
	readonly isMadeElsewhere: boolean;
}

/** @throws UsageError for what the answers say of it */
export async function prepareRoot(
	system: System,
	{options, contents, seed, image, files, isMadeElsewhere}: RootRequest,
): Promise<PreparedRoot> {
	const readEarly = once(() => readEarlyImage(image, files));
	const encryption = isMadeElsewhere
		? await requestEncryption(options.answers, seed, readEarly)
		: await prepareEncryption(system, options, contents, seed, readEarly);
	const mirror = await prepareMirror(system, options.mirror, seed, readEarly);
	return {
		encryption: encryption?.plan,
		mirror: mirror?.plan,
		kernelArguments: [mirror, encryption].flatMap((one) => one?.kernelArguments ?? []),
		problems: [mirror, encryption].flatMap((one) => one?.problems ?? []),
		warnings: encryption?.warnings ?? [],
		volumeOn(disks) {
			const lower = mirror?.volumeOn(disks);
			const upper = encryption?.volumeOn(lower?.target ?? disks[0]);
			return lower && upper ? stackedVolume(lower, upper) : (upper ?? lower);
		},
	};
}

/** What the initramfs can do before there is a root; undefined when it cannot be looked into. */
async function readEarlyImage(
	image: ImageRoot,
	{kernel: {version, initramfs}}: InstallFiles,
): Promise<EarlyBoot | undefined> {
	return await readEarlyBoot(image, version, initramfs.path);
}

/** An initramfs takes a second to look into. */
function once<Result>(act: () => Promise<Result>): () => Promise<Result> {
	let result: Promise<Result> | undefined;
	return () => {
		result ??= act();
		return result;
	};
}
