import type {BootFile} from '../../engine/boot/boot-partition.ts';
import type {BootContentsBefore} from './boot-contents.ts';
import {sizeOfFiles} from './boot-files.ts';
import {type BootTarget, nameOfVolume} from './boot-target.ts';
import {checkBootRoom} from './room.ts';

/** @throws Refused `boot-partition-full` for the first partition that files do not fit on */
export function checkBootFits(
	{esp, xbootldr}: BootTarget,
	{espFree, kernelsFree}: Pick<BootContentsBefore, 'espFree' | 'kernelsFree'>,
	files: {readonly esp: readonly BootFile[]; readonly kernels: readonly BootFile[]},
): void {
	if (esp === undefined) return;
	if (xbootldr === undefined) {
		checkBootRoom(nameOfVolume(esp), sizeOfFiles([...files.esp, ...files.kernels]), espFree);
		return;
	}
	checkBootRoom(nameOfVolume(esp), sizeOfFiles(files.esp), espFree);
	checkBootRoom(nameOfVolume(xbootldr), sizeOfFiles(files.kernels), kernelsFree);
}
