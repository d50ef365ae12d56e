import type {BootFile} from '../../engine/boot/boot-partition.ts';
import type {BootContentsBefore} from './boot-contents.ts';
import {sizeOfFiles} from './boot-files.ts';
import {type BootTarget, nameOfVolume} from './boot-target.ts';
import {checkBootRoom} from './room.ts';

/**
 * @param reclaimed bytes that are removed first from the partition for kernels
 * @throws Refused `boot-partition-full` for the first partition that files do not fit on
 */
export function checkBootFits(
	{esp, xbootldr}: BootTarget,
	{espFree, kernelsFree}: Pick<BootContentsBefore, 'espFree' | 'kernelsFree'>,
	files: {readonly esp: readonly BootFile[]; readonly kernels: readonly BootFile[]},
	reclaimed = 0,
): void {
	if (esp === undefined) return;
	if (xbootldr === undefined) {
		const all = sizeOfFiles([...files.esp, ...files.kernels]);
		checkBootRoom(nameOfVolume(esp), all, espFree + reclaimed);
		return;
	}
	checkBootRoom(nameOfVolume(esp), sizeOfFiles(files.esp), espFree);
	checkBootRoom(nameOfVolume(xbootldr), sizeOfFiles(files.kernels), kernelsFree + reclaimed);
}
