import {copyFile, mkdir, realpath} from 'node:fs/promises';
import path from 'node:path';
import {Lacking} from '../../engine/errors.ts';
import {hostSystem} from '../../engine/system/host.ts';

/** Libraries of Node that a small image may lack; the C library itself comes from the image. */
const libraries = ['libstdc++.so.6', 'libgcc_s.so.1', 'libatomic.so.1'];

/** Puts the Node that runs this, without its symbols, and its libraries into the folder. */
export async function copyRuntime(folder: string): Promise<void> {
	await stripOrCopy(process.execPath, path.join(folder, 'node'));
	await mkdir(path.join(folder, 'lib'));
	for (const library of libraries)
		await copyFile(await findLoadedLibrary(library), path.join(folder, 'lib', library));
}

/** Puts koffi's addon for this machine's architecture where the bundle's banner says. */
export async function copyAddon(project: string, outputFolder: string): Promise<void> {
	const {arch} = process;
	const place = path.join(outputFolder, 'koffi', `linux_${arch}`);
	await mkdir(place, {recursive: true});
	await stripOrCopy(
		path.join(project, `node_modules/@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`),
		path.join(place, 'koffi.node'),
	);
}

/** Symbols are a fifth of Node. Without binutils the program is larger, and works. */
async function stripOrCopy(from: string, to: string): Promise<void> {
	try {
		await hostSystem().run('strip', ['--strip-all', '-o', to, from]);
	} catch (error) {
		if (!(error instanceof Lacking)) throw error;
		await copyFile(from, to);
	}
}

/** The file that this process has loaded, so the one that this Node works with. */
async function findLoadedLibrary(name: string): Promise<string> {
	const {sharedObjects} = process.report.getReport() as unknown as {sharedObjects: string[]};
	const found = sharedObjects.find((file) => path.basename(file) === name);
	if (found === undefined)
		throw new Lacking('missing-library', `this Node has not loaded ${name}`, {
			hint: 'Build with the Node that npm ci installs: npm run build',
		});
	return realpath(found);
}
