import {existsSync} from 'node:fs';
import {Refused} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {openRunningRoot} from '../../engine/source/running-root.ts';
import {parseImageName} from '../../engine/update/image-name.ts';
import {openSourceImage} from '../../installer/output/source-image.ts';
import {type ReadableImage, runningImage} from '../../installer/readable-image.ts';
import type {CommandContext} from './command.ts';
import {systemPlaces} from './upgrade.ts';

/** Every image that makes a machine has it, and with it a machine and a live system. */
const initramfsProgram = '/usr/lib/slipway/slipway-root';

/**
 * Tells a person who runs slipway on a host of another kind so, before all of that is read.
 * @throws Refused `no-image`
 */
export function checkRunsInImage(program: string = initramfsProgram): void {
	if (existsSync(program)) return;
	throw new Refused('no-image', 'what runs here is no image of slipway', {
		hint: 'Name the image with --source, or run its own slipway: podman run --rm -v .:/out IMAGE disk … /out.',
	});
}

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
