import {accessSync, constants} from 'node:fs';
import {tmpdir} from 'node:os';

/**
 * Where to put what is needed for a moment: below /run nothing counts as the image's own, so that a
 * second installation in the same container finds its image unchanged.
 */
export function scratchFolder(): string {
	try {
		accessSync('/run', constants.W_OK);
		return '/run';
	} catch {
		return tmpdir();
	}
}
