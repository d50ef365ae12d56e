import {makeDebianRoot} from './debian-root.ts';
import {makeMkcomposefs} from './mkcomposefs.ts';

/** Programs that tests need and Debian's stable release may lack; made once. */
export function makeTools(): void {
	// mke2fs that takes archives: see test/host/trixie.ts.
	makeDebianRoot('trixie', ['--variant=minbase', '--include=e2fsprogs,libarchive13t64']);
	makeMkcomposefs();
}
