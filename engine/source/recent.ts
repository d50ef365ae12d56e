/** Of lstat(2). */
export interface InodeTimes {
	readonly mtimeNs: bigint;
	readonly ctimeNs: bigint;
}

const second = 1_000_000_000n;
const day = 86_400n * second;
/** From the creation of an inode to the last thing its maker does to it: chown, chmod. */
const making = second / 10n;

/**
 * Whether an inode was made, or its content changed, in the container that runs, and did not come
 * with a layer.
 *
 * What unpacks a layer sets each mtime from the tar, which holds whole seconds, after the fact: mtime
 * and ctime never meet. What a container engine makes (mount points, `/etc/mtab`, the parents of
 * both) gets both from one clock at once.
 */
export function isRecent({mtimeNs, ctimeNs}: InodeTimes): boolean {
	return hasFraction(mtimeNs) && ctimeNs >= mtimeNs && ctimeNs - mtimeNs < making;
}

/**
 * Whether an inode was written by the build that goes on, so that the layer it will be part of holds
 * its mtime without the fraction. A chown may follow much later in a build, hence the wide margin; a
 * layer with fractions, which keep theirs, is rarely unpacked within a day of its making.
 */
export function isUncommitted({mtimeNs, ctimeNs}: InodeTimes): boolean {
	return hasFraction(mtimeNs) && ctimeNs >= mtimeNs && ctimeNs - mtimeNs < day;
}

function hasFraction(timeNs: bigint): boolean {
	return timeNs % second !== 0n;
}
