import {Refused} from '../../engine/errors.ts';
import type {Architecture} from './partition-types.ts';

/** What is to start a disk: UEFI with systemd-boot, a BIOS with GRUB, or whichever of them there is. */
export const firmwares = ['uefi', 'bios', 'both'] as const;
export type Firmware = (typeof firmwares)[number];

export const startsByBios = (firmware: Firmware): boolean => firmware !== 'uefi';
export const startsByUefi = (firmware: Firmware): boolean => firmware !== 'bios';

export interface BiosRequest {
	readonly firmware: Firmware | undefined;
	readonly architecture: Architecture;
	/** Of all disks. */
	readonly sectorSizes: readonly number[];
	/** Whether others keep something on the disk. */
	readonly isShared: boolean;
}

/** What speaks against disks that a BIOS is to start. */
export function biosProblems(request: BiosRequest): Refused[] {
	const {firmware = 'uefi', architecture, sectorSizes, isShared} = request;
	if (!startsByBios(firmware)) return [];
	const hint = 'Take --firmware uefi.';
	const problems: Refused[] = [];
	if (architecture !== 'x86-64')
		problems.push(new Refused('no-bios', `no machine of ${architecture} has a BIOS`, {hint}));
	const other = sectorSizes.find((size) => size !== 512);
	if (other !== undefined)
		problems.push(
			new Refused('no-bios', `a BIOS does not start a disk with sectors of ${other} bytes`, {
				hint,
			}),
		);
	if (isShared)
		problems.push(
			new Refused(
				'cannot-yet',
				'a disk that is shared with other systems cannot be started by a BIOS yet',
				{
					hint: 'Give a whole disk (--layout disk), or take --firmware uefi.',
				},
			),
		);
	if (sectorSizes.length > 1)
		problems.push(
			new Refused('cannot-yet', 'disks that are mirrored cannot be started by a BIOS yet', {
				hint: 'Give one disk, or take --firmware uefi.',
			}),
		);
	return problems;
}
