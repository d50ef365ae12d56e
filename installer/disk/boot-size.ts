import {Refused} from '../../engine/errors.ts';
import type {ContentSizes} from './content-sizes.ts';
import type {LayoutSettings} from './layout-settings.ts';
import {minimumEspSize} from './minimum-sizes.ts';
import {alignDown, alignment, alignUp, formatSize, GiB} from './size.ts';

const defaultSize = GiB;
/** It takes no more of a small disk than this part, unless its content needs it. */
const share = 1 / 4;

interface BootSizing {
	readonly sizes: ContentSizes;
	readonly settings: Pick<LayoutSettings, 'espSize'>;
	readonly sectorSize: number;
}

/**
 * The size of the partition that kernels are kept on: the ESP, or XBOOTLDR beside one.
 * @param room bytes of the disk or of the part of it that is used
 * @param spare those of them that nothing needs
 * @throws Refused `esp-too-small` for a setting
 */
export function bootPartitionSize(
	{sizes, settings, sectorSize}: BootSizing,
	room: number,
	spare: number,
): number {
	const minimum = minimumEspSize(sizes, sectorSize);
	if (settings.espSize === undefined) {
		const most = Math.max(minimum, alignDown(room * share, alignment));
		return Math.min(defaultSize, minimum + alignDown(spare, alignment), most);
	}
	if (settings.espSize < minimum)
		throw new Refused(
			'esp-too-small',
			`an EFI system partition of ${formatSize(settings.espSize)} was set, this image needs ${formatSize(minimum)}`,
			{hint: 'Make esp-size larger, or leave it out.'},
		);
	return alignUp(settings.espSize, alignment);
}
