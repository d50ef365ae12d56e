import path from 'node:path';
import {bundleJavaScript} from '../../image/build/javascript.ts';
import {copyAddon} from '../../image/build/runtime.ts';
import {projectRoot} from '../setup/image.ts';

/**
 * Bundles a program of the benchmarks into `folder`, in the way in which slipway ships: run from source,
 * Node would have to load what takes the types off.
 * @returns the file to run
 */
export async function bundleProcess(program: string, folder: string): Promise<string> {
	const name = path.basename(program, '.ts');
	const bundle = path.join(folder, `${name}-bundle`);
	await bundleJavaScript(projectRoot, bundle, program);
	await copyAddon(projectRoot, bundle);
	return path.join(bundle, `${name}.js`);
}
