import {appendFileSync, copyFileSync} from 'node:fs';
import path from 'node:path';
import type {KernelFile} from '../../engine/boot/kernel.ts';
import {liveEnvironmentFile} from '../../engine/source/live-root.ts';
import {cpioArchive} from './cpio.ts';

/**
 * Writes an image's initramfs with what the container that makes the medium knows of its image's name. The
 * kernel unpacks one archive after the other; it looks for them at multiples of 4, so another one may follow.
 * @param environment see `containerEnvironment`
 */
export function writeLiveInitramfs(
	{path: image, size}: Pick<KernelFile, 'path' | 'size'>,
	environment: string | undefined,
	file: string,
): void {
	copyFileSync(image, file);
	appendFileSync(file, Buffer.concat([Buffer.alloc(-size & 3), environmentArchive(environment)]));
}

/** slipway-live puts it where {@link liveEnvironmentFile} says: what is in /run then is not kept. */
const environmentInInitramfs = `usr/lib/slipway/${path.basename(liveEnvironmentFile)}`;

function environmentArchive(environment: string | undefined): Buffer {
	if (environment === undefined) return Buffer.alloc(0);
	const bytes = Buffer.from(imageLines(environment));
	return cpioArchive([{path: environmentInInitramfs, mode: 0o644, bytes}]);
}

/** Not the name and ID of a container that is gone. */
function imageLines(environment: string): string {
	const lines = environment.split('\n').filter((line) => /^image(id)?=/.test(line));
	return lines.map((line) => `${line}\n`).join('');
}
