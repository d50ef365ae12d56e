/** A disk of a container image, made by the image itself in a container. */
import {mkdtempSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';
import {OperationFailed} from '../../engine/errors.ts';
import {namesIn} from '../../engine/system/read-folder.ts';
import type {System} from '../../engine/system/system.ts';

export interface ImageDisk {
	/** As podman takes it. */
	readonly reference: string;
	/** As `slipway disk --size` takes it; undefined: as the image sees fit. */
	readonly size: string | undefined;
	/** Of the machine; UEFI when left out. */
	readonly firmware?: 'uefi' | 'bios' | undefined;
}

/** Arguments for podman. The labels of the folder stay, where SELinux would want others. */
export function imageDiskArguments(
	{reference, size, firmware}: ImageDisk,
	folder: string,
): string[] {
	return [
		...['run', '--rm', '--network', 'none', '--security-opt', 'label=disable'],
		...['--volume', `${folder}:/out`, reference, 'disk', '--format', 'raw'],
		...(size === undefined ? [] : ['--size', size]),
		...(firmware === 'bios' ? ['--firmware', firmware] : []),
		'/out',
	];
}

/** The folder that it is made in, beside where it goes; mkdtemp(3) gives the end of its name. */
export function imageDiskFolder(file: string): string {
	return `${file}.`;
}

/**
 * Makes it, on the terminal, where podman tells what it does.
 * @param file where the disk goes
 * @throws OperationFailed `no-image-disk`
 */
export async function makeImageDisk(
	system: Pick<System, 'runOnTerminal'>,
	podman: string,
	disk: ImageDisk,
	{file, signal}: {readonly file: string; readonly signal: AbortSignal},
): Promise<void> {
	const folder = mkdtempSync(imageDiskFolder(file));
	try {
		const args = imageDiskArguments(disk, folder);
		const {status} = await system.runOnTerminal(podman, args, {signal});
		signal.throwIfAborted();
		const [made, ...more] = (await namesIn(folder)).filter((name) => name.endsWith('.raw'));
		if (status !== 0 || made === undefined || more.length > 0)
			throw noImageDisk(disk.reference, status);
		renameSync(path.join(folder, made), file);
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

function noImageDisk(reference: string, status: number): OperationFailed {
	const how = status === 0 ? 'it made none of itself' : `podman ended with status ${status}`;
	return new OperationFailed('no-image-disk', `there is no disk of ${reference}: ${how}`, {
		hint: 'See what was said above. The image has to have slipway in it.',
	});
}
