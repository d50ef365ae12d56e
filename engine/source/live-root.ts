import {existsSync, readFileSync} from 'node:fs';
import type {System} from '../system/system.ts';
import {type FileListener, scanDirectory} from '../tree/scan.ts';
import type {RunningRoot} from './running-root.ts';

/** Made by the initramfs of a live system (image/root/usr/lib/slipway/slipway-live). */
const liveFolder = '/run/slipway/live';
/** Where the image of a live system is mounted, without what the system writes. */
export const liveImagePath = `${liveFolder}/image`;
/** Where an ISO is mounted that the image is a file of. */
export const liveMediumPath = `${liveFolder}/medium`;
/** What the medium brings along for an installation that nobody watches. */
export const liveConfigFolder = `${liveFolder}/config`;
/** What the container that made the medium knew of its image, in the form of /run/.containerenv. */
export const liveEnvironmentFile = `${liveFolder}/containerenv`;

/** Whether this is a live system, which has nothing installed and can install itself. */
export const isLiveSystem = (): boolean => existsSync(liveImagePath);

/** The tree of the image that a live system was booted from. @param onFile told of its files as they are found */
export function openLiveRoot(system: System, onFile?: FileListener): RunningRoot {
	return {
		tree: scanDirectory(system, liveImagePath, {onFile}),
		path: liveImagePath,
		isReproducible: true,
		findings: [],
		close: () => {},
		[Symbol.dispose]: () => {},
	};
}

/** Text of the medium's container environment; undefined when it has none. */
export function liveEnvironment(): string | undefined {
	return existsSync(liveEnvironmentFile) ? readFileSync(liveEnvironmentFile, 'utf8') : undefined;
}
