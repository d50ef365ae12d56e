import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {podman} from '../host/podman.ts';
import {buildImage, imageName} from '../setup/image.ts';

/** The reference image's root file system: the folder REFERENCE_ROOT, or unpacked from the image. */
export async function referenceRoot(folder: string): Promise<string> {
	if (process.env.REFERENCE_ROOT) return process.env.REFERENCE_ROOT;
	await buildImage();
	const root = path.join(folder, 'root');
	const archive = path.join(folder, 'root.tar');
	const {stdout} = await podman(['create', imageName]);
	const container = stdout.trim();
	await podman(['export', '--output', archive, container]);
	await podman(['rm', container]);
	mkdirSync(root);
	execFileSync('tar', ['-C', root, '-xf', archive]);
	return root;
}
