import {createHash} from 'node:crypto';
import {UsageError} from '../../engine/errors.ts';
import type {ScannedTree} from '../../engine/tree/scan.ts';
import {walkTree} from '../../engine/tree/walk.ts';

/** FAT knows no times before 1980, and none after 2107. */
const firstTime = Date.UTC(1980, 0, 1) / 1000;
const lastTime = Date.UTC(2107, 11, 31) / 1000;

/** What makes two disk images of one image and configuration the same, or not. */
export interface ImageMoment {
	/** All identifiers follow from it. */
	readonly seed: string;
	/** All times that are not those of the image's files. */
	readonly time: Date;
}

/** What somebody says of it. */
export type GivenMoment = {readonly [Key in keyof ImageMoment]: ImageMoment[Key] | undefined};

/**
 * Neither the clock nor chance: unless somebody says otherwise, identifiers follow from the names, sizes and
 * times of the image's files, and the time is that of the newest file, which is when the image was made.
 */
export function imageMoment(
	{root}: Pick<ScannedTree, 'root'>,
	{seed, time}: GivenMoment,
): ImageMoment {
	const hash = createHash('sha256');
	let newest = 0;
	for (const [path, inode] of walkTree(root, '')) {
		if (inode.type !== 'file') continue;
		hash.update(`${path}\0${inode.size}\0${inode.mtimeSec}\n`, 'latin1');
		newest = Math.max(newest, inode.mtimeSec);
	}
	const derived = Math.min(Math.max(newest, firstTime), lastTime);
	return {seed: seed ?? hash.digest('hex'), time: time ?? new Date(derived * 1000)};
}

/**
 * The time that SOURCE_DATE_EPOCH says, in seconds; undefined when it is not set.
 * @throws UsageError
 * @see https://reproducible-builds.org/specs/source-date-epoch/
 */
export function sourceDate(environment: NodeJS.ProcessEnv): Date | undefined {
	const {SOURCE_DATE_EPOCH: text} = environment;
	if (text === undefined || text === '') return undefined;
	const seconds = /^\d{1,11}$/.test(text) ? Number(text) : Number.NaN;
	if (seconds >= firstTime && seconds <= lastTime) return new Date(seconds * 1000);
	throw new UsageError(`SOURCE_DATE_EPOCH=${text} is no time that a disk can have`, {
		hint: 'Give whole seconds, as date +%s prints them, between 1980 and 2107; or unset it.',
	});
}
