import {createRequire} from 'node:module';
import type * as Koffi from 'koffi';

/**
 * The bundle names the folder that holds koffi's addon in `process.resourcesPath` and leaves koffi's
 * own loader out; run from source, the package finds its addon by itself.
 */
export function loadKoffi(): typeof Koffi {
	const load = createRequire(import.meta.url);
	const {resourcesPath} = process as NodeJS.Process & {resourcesPath?: string};
	return load(
		resourcesPath === undefined
			? 'koffi'
			: `${resourcesPath}/koffi/linux_${process.arch}/koffi.node`,
	);
}
