import {rmSync, writeFileSync} from 'node:fs';
import {Lacking} from '../errors.ts';
import type {FsVerityAlgorithm, System} from '../system/system.ts';
import type {StoreLayout} from './layout.ts';
import type {VerityState} from './publish.ts';

/** Finds out, by a file of its own, whether file system and kernel take fs-verity. */
export function probeVerity(
	system: System,
	layout: StoreLayout,
	algorithm: FsVerityAlgorithm,
): VerityState {
	const probe = `${layout.unfinished}/probe`;
	writeFileSync(probe, 'fs-verity?');
	try {
		system.enableVerity(probe, algorithm);
		return 'enforced';
	} catch (error) {
		if (error instanceof Lacking) return 'unavailable';
		throw error;
	} finally {
		rmSync(probe);
	}
}
