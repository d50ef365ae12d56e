import type {ProgressReporter} from '../../engine/progress.ts';
import {openRunningRoot} from '../../engine/source/running-root.ts';
import {parseImageName} from '../../engine/update/image-name.ts';
import {openSourceImage} from '../../installer/output/source-image.ts';
import {type ReadableImage, runningImage} from '../../installer/readable-image.ts';
import type {CommandContext} from './command.ts';
import {systemPlaces} from './upgrade.ts';

/** The image that a medium is made of: the one that runs here, or a named one. */
export async function openDiskSource(
	context: CommandContext,
	name: string | undefined,
	report: ProgressReporter,
): Promise<ReadableImage & AsyncDisposable> {
	const system = await context.system();
	const {signal} = context;
	if (name !== undefined) {
		const places = systemPlaces();
		const reference = await parseImageName(name, places);
		return await openSourceImage(system, reference, {places, signal}, report);
	}
	const root = openRunningRoot(system);
	for (const {code, message, hint} of root.findings) report({type: 'warning', code, message, hint});
	return {...runningImage(root), [Symbol.asyncDispose]: async () => root.close()};
}
