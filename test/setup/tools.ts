import {makeMkcomposefs} from './mkcomposefs.ts';

/** Programs that tests need and Debian's stable release may lack; made once. */
export function makeTools(): void {
	makeMkcomposefs();
}
