import {printableText} from '../../../engine/tree/printable.ts';
import type {DiskContent} from '../content.ts';
import type {DescribedPartition, DiskLayout, KeptPartition, Surroundings} from '../layout.ts';
import {formatSize} from '../size.ts';
import type {FoundBootPartition} from './found-boot.ts';

/** What a person should know who shares a disk. */
export interface SharingWarning {
	readonly code: 'firmware-choice' | 'foreign-boot-menu' | 'bitlocker';
	readonly message: string;
	readonly hint: string;
}

/** `partition 3 (ntfs "Data", 30 GiB)` */
export function describeOther({number, content, size}: DescribedPartition): string {
	return `partition ${number} (${content}, ${formatSize(size)})`;
}

/** What goes on a disk that is shared; undefined when that is nothing. */
export function describeLosses({removed, kept, deadEntries}: Surroundings): string | undefined {
	const lost = [
		...[...removed, ...kept.filter(isFormatted)].map(describeOther),
		...deadEntries.map(({partition, path}) => `${printableText(path)} on partition ${partition}`),
	];
	return lost.length === 0 ? undefined : lost.join(', ');
}

/** What a partition that stays is for from now on; undefined when that does not change. */
export function describeUse({use}: KeptPartition): string | undefined {
	switch (use?.kind) {
		case 'esp':
			return 'gets the boot loader';
		case 'xbootldr':
			return 'gets kernels and loader entries';
		case 'mount':
			return use.fileSystem === undefined
				? `mounted on ${use.mountPoint}`
				: `formatted as ${use.fileSystem.type}, mounted on ${use.mountPoint}`;
		case undefined:
			return undefined;
	}
}

function isFormatted({use}: KeptPartition): boolean {
	return use?.kind === 'mount' && use.fileSystem !== undefined;
}

export function warningsOfSharing(
	{beside}: DiskLayout,
	bootPartitions: readonly FoundBootPartition[],
	{partitions}: DiskContent,
): readonly SharingWarning[] {
	if (beside === undefined) return [];
	const number = beside.kept.find(({use}) => use?.kind === 'esp')?.number;
	const state = bootPartitions.find((one) => one.number === number)?.state;
	const files = state?.kind === 'readable' ? state.loaderFiles : [];
	const has = (pattern: RegExp) => files.some((file) => pattern.test(file));
	const gone = new Set(beside.removed.map((removed) => removed.number));
	const warnings: SharingWarning[] = [];
	if (has(/^loader\/loader\.conf$/i))
		warnings.push({
			code: 'foreign-boot-menu',
			message: 'the ESP has a boot menu of another system, which says what starts first',
			hint: 'Choose slipway in that menu, and make it the default with d.',
		});
	else if (has(/^EFI\/BOOT\/BOOT\w+\.EFI$/i))
		warnings.push({
			code: 'firmware-choice',
			message: 'the firmware goes on starting the system of before',
			hint: 'Add EFI/systemd on the ESP to the boot menu of the firmware, in its setup or with efibootmgr.',
		});
	if (partitions.some((one) => one.signature?.type === 'BitLocker' && !gone.has(one.number)))
		warnings.push({
			code: 'bitlocker',
			message: 'Windows with BitLocker may ask for its recovery key when the boot order changes',
			hint: 'Have the recovery key at hand before you restart.',
		});
	return warnings;
}
