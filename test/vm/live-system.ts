/** Live systems of an image, booted from what `slipway disk --format pxe` makes. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {liveFiles} from '../../installer/live/live-medium.ts';
import {podman} from '../host/podman.ts';
import type {MachineOptions} from './qemu-command.ts';

/** Makes a medium in a folder, by an ordinary container. */
export async function makeLiveMedium(image: string, folder: string): Promise<void> {
	await podman([
		...['run', '--rm', '--volume', `${folder}:/out`, image],
		...['disk', '--quiet', '--format', 'pxe', '/out'],
	]);
}

/** A machine as a network boot ends up, with the root image on its first disk. */
export function liveMachine(
	folder: string,
	moreDisks: readonly string[],
): MachineOptions & {readonly direct: NonNullable<MachineOptions['direct']>} {
	const place = (name: string) => path.join(folder, name);
	return {
		disk: place(liveFiles.image),
		discardChanges: true,
		direct: {
			kernel: place(liveFiles.kernel),
			initrd: place(liveFiles.initramfs),
			append: readFileSync(place(liveFiles.commandLine), 'utf8').trim(),
		},
		moreDisks,
		memoryMib: 2048,
	};
}
