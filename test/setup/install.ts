/** Installs the image as a user would: `podman run --privileged IMAGE install DEVICE`. */
import {execFileSync} from 'node:child_process';
import {closeSync, ftruncateSync, openSync} from 'node:fs';
import {podman} from '../host/podman.ts';
import {imageName} from './image.ts';

export interface DiskOptions {
	readonly size?: number;
	readonly sectorSize?: 512 | 4096;
}

const defaultDiskSize = 4 * 2 ** 30;

/** Makes an empty disk file; sparse. */
export function makeDisk(file: string, {size = defaultDiskSize}: DiskOptions = {}): void {
	const fd = openSync(file, 'w');
	ftruncateSync(fd, size);
	closeSync(fd);
}

/** A disk file as a block device; the caller disposes of it. */
export function attachDisk(
	file: string,
	{sectorSize = 512}: DiskOptions = {},
): Disposable & {readonly path: string} {
	const args = ['--find', '--show', '--sector-size', String(sectorSize), file];
	const path = execFileSync('losetup', args, {encoding: 'utf8'}).trim();
	return {path, [Symbol.dispose]: () => execFileSync('losetup', ['--detach', path])};
}

export interface InstallCall {
	/** Options of the command. */
	readonly args?: readonly string[];
	readonly stdio?: 'pipe' | 'inherit';
	/** As podman calls it; the reference image when left out. */
	readonly image?: string;
}

/** Installs onto a block device; what podman and slipway say is shown, or else returned. */
export async function installByPodman(
	device: string,
	{args = [], stdio = 'pipe', image = imageName}: InstallCall = {},
): Promise<string> {
	const {stdout, stderr} = await podman(
		['run', '--rm', '--privileged', image, 'install', ...args, device],
		{stdio},
	);
	return stdout + stderr;
}

/** An empty disk file with the image installed on it; gives what podman and slipway said. */
export async function makeInstalledDisk(
	file: string,
	options: DiskOptions & InstallCall = {},
): Promise<string> {
	makeDisk(file, options);
	using device = attachDisk(file, options);
	return await installByPodman(device.path, options);
}
