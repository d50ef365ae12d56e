import {closeSync, openSync, readSync} from 'node:fs';
import {DamagedInput} from '../../../engine/errors.ts';
import type {Medium} from './medium.ts';

/** A disk as it is: a block device, or a plain file of all its bytes. */
export function openRaw(path: string, size: number): Medium {
	const file = openSync(path, 'r');
	return {
		size,
		read(target, offset) {
			for (let done = 0; done < target.length; ) {
				const count = readSync(file, target, done, target.length - done, offset + done);
				if (count === 0) throw beyondEnd(path, offset + target.length);
				done += count;
			}
		},
		[Symbol.dispose]: () => closeSync(file),
	};
}

export function beyondEnd(path: string, end: number): DamagedInput {
	return new DamagedInput(`${path} ends before byte ${end}, which something on it refers to`, {
		hint: 'It may have been cut off; copy or make it again.',
	});
}
