/** What speaks against installing into a file system that somebody else made, known before the image is read. */
import {type EngineError, Lacking, Refused} from '../../engine/errors.ts';
import {printableText} from '../../engine/tree/printable.ts';
import {isRootFileSystem, rootFileSystems} from '../disk/layout-settings.ts';
import {partitionTypes} from '../disk/partition-types.ts';
import {mountingCapabilities} from '../disk/refusals.ts';
import {describeSignature} from '../disk/signatures.ts';
import {type BootTarget, type BootVolume, nameOfVolume} from './boot-target.ts';
import type {RootTarget} from './root-target.ts';

/** What becomes of what is there: nothing may be, it is removed, or it stays. */
export type Replace = 'nothing' | 'wipe' | 'alongside';

export interface TargetChecks {
	readonly replace: Replace;
	readonly capabilities: ReadonlySet<string>;
	/** Whether a system is to be there that stays. */
	readonly isTakeover: boolean;
}

export function findTargetRefusals(
	root: RootTarget,
	boot: BootTarget,
	{replace, capabilities, isTakeover}: TargetChecks,
): EngineError[] {
	const missing = mountingCapabilities.filter((name) => !capabilities.has(name));
	if (missing.length > 0)
		return [
			new Lacking(
				'missing-capabilities',
				`too few privileges: ${missing.map((name) => `CAP_${name}`).join(', ')} missing`,
				{hint: 'Run as root; in a container, with --privileged.'},
			),
		];
	return [
		...refusalsOfRoot(root, isTakeover),
		...(replace === 'wipe' ? [] : refusalsOfNames(root, replace)),
		...refusalsOfBoot(boot),
	];
}

function refusalsOfRoot(
	{path, mount, isReadOnly, device, uuid}: RootTarget,
	isTakeover: boolean,
): Refused[] {
	const refusals: Refused[] = [];
	const refuse = (code: string, message: string, hint: string) =>
		refusals.push(new Refused(code, message, {hint}));
	if (!isRootFileSystem(mount.type))
		refuse(
			'file-system',
			`${path} is ${mount.type}, and not ${rootFileSystems.join(', ')}`,
			'Install to a file system of one of these types.',
		);
	if (mount.root !== '/')
		refuse(
			'not-whole',
			`${path} is the folder or subvolume ${printableText(mount.root)} of a file system`,
			isTakeover
				? 'A system whose root is a subvolume cannot be taken over; install to a disk of its own.'
				: 'Mount the file system itself, without subvol= or a bind of a folder.',
		);
	if (isReadOnly) refuse('read-only', `${path} is mounted read-only`, 'Mount it writable.');
	if (device === undefined || uuid === undefined)
		refuse(
			'no-disk',
			`${path} is on no disk that can be seen`,
			'Install to a file system of a disk.',
		);
	return refusals;
}

/**
 * Volumes below a root that the initramfs would have to set up.
 * @param hasLvm whether that of the image does it with LVM
 */
export function findVolumeRefusals({path, volumes}: RootTarget, hasLvm: boolean): Refused[] {
	return volumes
		.filter((volume) => !(volume === 'LVM' && hasLvm))
		.map(
			(volume) =>
				new Refused('below-volumes', `${path} lies on ${volume}`, {
					hint:
						volume === 'LVM'
							? 'Put LVM into the initramfs of the image (dracut module lvm), or use a plain partition.'
							: 'Use a file system on a plain partition.',
				}),
		);
}

const mostNamed = 6;

function refusalsOfNames({path, names}: RootTarget, replace: Replace): Refused[] {
	const refusals: Refused[] = [];
	const {foreign, own, leftover} = names;
	const taken = own.filter((name) => !leftover.includes(name));
	if (taken.length > 0)
		refusals.push(
			new Refused('name-taken', `${path} has ${taken.join(' and ')} already, which slipway needs`, {
				hint: 'If they are of a slipway system that nobody wants any more, remove them; otherwise rename them.',
			}),
		);
	if (replace === 'nothing' && foreign.length > 0)
		refusals.push(
			new Refused('not-empty', `${path} is not empty: ${listNames(foreign)}`, {
				hint: 'Empty it, or give --replace=wipe to have that done, or --replace=alongside to leave it there.',
			}),
		);
	return refusals;
}

export function listNames(names: readonly string[]): string {
	const more = names.length - mostNamed;
	const named = names.slice(0, mostNamed).map(printableText).join(', ');
	return more > 0 ? `${named} and ${more} more` : named;
}

function refusalsOfBoot({esp, xbootldr}: BootTarget): Refused[] {
	if (esp === undefined)
		return [
			new Refused('no-esp', 'no EFI system partition was found', {
				hint: 'Mount it below the root, at boot/efi, efi or boot; it is FAT, on a GPT.',
			}),
		];
	return [
		...refusalsOfVolume(esp, partitionTypes.esp, 'the EFI system partition'),
		...(xbootldr === undefined
			? []
			: refusalsOfVolume(xbootldr, partitionTypes.xbootldr, 'the extended boot loader partition')),
	];
}

function refusalsOfVolume(volume: BootVolume, type: string, role: string): Refused[] {
	const refusals: Refused[] = [];
	const {partition, signature} = volume;
	if (partition !== undefined && partition.type !== type)
		refusals.push(
			new Refused('not-esp', `${nameOfVolume(volume)} is not marked as ${role} in a GPT`, {
				hint: `Give it the type ${type}: sfdisk --part-type.`,
			}),
		);
	if (signature?.type !== 'vfat')
		refusals.push(
			new Refused(
				'boot-not-fat',
				`${role} ${nameOfVolume(volume)} is ${signature === undefined ? 'empty' : describeSignature(signature)}, and not FAT`,
				{hint: 'systemd-boot reads FAT alone: make it FAT, or give it another type.'},
			),
		);
	return refusals;
}
