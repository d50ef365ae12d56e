import {DamagedInput} from '../../../engine/errors.ts';
import type {Medium} from '../../../installer/verify/medium/medium.ts';

/** A disk in memory. */
export function memoryMedium(bytes: Buffer): Medium {
	return {
		size: bytes.length,
		read(target, offset) {
			if (offset < 0 || offset + target.length > bytes.length)
				throw new DamagedInput('beyond the end');
			bytes.copy(target, 0, offset, offset + target.length);
		},
		[Symbol.dispose]: () => {},
	};
}
