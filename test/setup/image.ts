/** Builds the reference image with podman, as a user would, and lays out its kernel for direct boots. */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {podman, podmanProblem} from '../host/podman.ts';

export const projectRoot = path.resolve(import.meta.dirname, '../..');
export const cache = path.join(projectRoot, '.cache');
/** The image as built by {@link buildImage}. */
export const imageName = 'localhost/slipway:latest';
/** With all that an installation may be asked for, as built by {@link buildFullImage}. */
export const fullImageName = 'localhost/slipway:full';
/** Where an image installed by demo and tests says that its updates come from. */
export const imageReference = 'registry.example.com/slipway:latest';

const baseName = 'localhost/slipway-base:trixie';

function must(command: string, args: readonly string[]): void {
	const {status} = spawnSync(command, args, {
		cwd: projectRoot,
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	if (status !== 0) throw new Error(`${command} ${args.join(' ')}: status ${status}`);
}

/**
 * The base image: the one that SLIPWAY_BASE names, or a Debian 13 made by image/base.sh, which needs no
 * container registry. Made once.
 */
async function baseImage(): Promise<string> {
	if (process.env.SLIPWAY_BASE) return process.env.SLIPWAY_BASE;
	const {status} = await podman(['image', 'exists', baseName], {okStatuses: [0, 1]});
	if (status === 0) return baseName;
	mkdirSync(cache, {recursive: true});
	const archive = path.join(cache, 'base.tar');
	console.log('making the base of the image with mmdebstrap');
	must('image/base.sh', [archive]);
	await podman(['import', '--quiet', archive, baseName]);
	rmSync(archive);
	return baseName;
}

/** Bundles slipway and builds the image; podman's cache makes a second run quick. */
export async function buildImage(): Promise<void> {
	must(process.execPath, ['image/build/bundle.ts']);
	await buildTarget('lean', imageName);
	await layOutKernel();
}

/** Builds what most tests can do without, of the program that {@link buildImage} bundled. */
export async function buildFullImage(): Promise<void> {
	await buildTarget('full', fullImageName);
}

async function buildTarget(target: string, name: string): Promise<void> {
	const base = await baseImage();
	console.log(`building ${name}`);
	await podman(
		[
			'build',
			...['--build-arg', `BASE=${base}`, '--build-arg', `REFERENCE=${imageReference}`],
			...['--tag', name, '--target', target, projectRoot],
		],
		{stdio: 'inherit'},
	);
}

/** Why tests cannot use the image, for `skipped: …`; undefined when they can. */
export async function whyNoImage(): Promise<string | undefined> {
	if (process.getuid?.() !== 0) return 'needs root';
	const problem = await podmanProblem();
	if (problem !== undefined) return problem;
	const {status} = await podman(['image', 'exists', imageName], {okStatuses: [0, 1]});
	return status === 0 ? undefined : `${imageName} is not built: npm test builds it`;
}

/** Copies kernel and initramfs to .cache/boot, for machines that are booted without a boot loader. */
async function layOutKernel(): Promise<void> {
	const folder = path.join(cache, 'boot');
	rmSync(folder, {recursive: true, force: true});
	mkdirSync(folder, {recursive: true});
	await podman([
		...['run', '--rm', '--volume', `${folder}:/out`, imageName],
		...['sh', '-c', 'cp /usr/lib/modules/*/vmlinuz /usr/lib/modules/*/initramfs.img /out/'],
	]);
	if (!existsSync(path.join(folder, 'vmlinuz'))) throw new Error('the image has no kernel');
}
