import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {
	containerEnvironmentFile,
	parseContainerEnvironment,
} from '../../engine/deployment/image-reference.ts';
import {isLiveSystem} from '../../engine/source/live-root.ts';

/** What the installer runs in. What it saves there is gone with it. */
export type Surroundings =
	/** The name is podman's; undefined when that does not tell. */
	| {readonly kind: 'container'; readonly name: string | undefined}
	| {readonly kind: 'live-system'}
	| {readonly kind: 'other'};

/** @param root of the file system, for tests */
export function readSurroundings(root = '/', isLive: () => boolean = isLiveSystem): Surroundings {
	const file = path.join(root, containerEnvironmentFile);
	if (existsSync(file)) {
		const {name} = parseContainerEnvironment(readFileSync(file, 'utf8'));
		return {kind: 'container', name};
	}
	return {kind: isLive() ? 'live-system' : 'other'};
}
