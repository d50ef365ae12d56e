/** Images that are built on the reference image, as a user builds theirs. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {podman} from '../host/podman.ts';
import {imageName} from './image.ts';

export interface DerivedImage {
	/** As podman calls it: `localhost/slipway-test:NAME`. */
	readonly name: string;
}

/** @param commands of one RUN step, so that the image has one layer more */
export async function deriveImage(
	name: string,
	version: string,
	commands: readonly string[],
): Promise<DerivedImage> {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-derived-'));
	const image = `localhost/slipway-test:${name}`;
	const all = [`echo IMAGE_VERSION=${version} >> /usr/lib/os-release`, ...commands];
	try {
		const file = path.join(folder, 'Containerfile');
		writeFileSync(file, `FROM ${imageName}\nRUN ${all.join(' && ')}\n`);
		await podman(['build', '--quiet', '--file', file, '--tag', image, folder]);
		return {name: image};
	} finally {
		rmSync(folder, {recursive: true});
	}
}
