import {createHash} from 'node:crypto';
import {Refused} from '../../engine/errors.ts';
import type {FoundDisk} from './inventory.ts';

/**
 * What somebody agreed to when a plan was shown: SHA-256, in hex, of which disk it is and what is on it.
 * Another disk under the same name has another one, and so has this one with another partition table.
 */
export function diskFingerprint({size, identity, content}: FoundDisk): string {
	return createHash('sha256').update(JSON.stringify({size, identity, content})).digest('hex');
}

/** The refusal of a disk that is not as it was; none when nobody has seen a plan. */
export function changedSince(disk: FoundDisk, agreed: string | undefined): readonly Refused[] {
	if (agreed === undefined || diskFingerprint(disk) === agreed) return [];
	return [
		new Refused('other-disk', `${disk.path} is not as it was when its plan was shown`, {
			hint: 'See what is on it now, and decide again.',
		}),
	];
}
