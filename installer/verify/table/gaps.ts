import type {Medium, Stretch} from '../medium/medium.ts';
import {firstNonZero, readAt} from '../medium/medium.ts';

/** The first sector of a disk with a GPT, but for what programs of a BIOS have there. */
const bootCodeSize = 440;
const mbrSize = 512;
const mbrEntry = {first: 446, size: 16, type: 4} as const;
const protectiveType = 0xee;

/** The parts of a disk that are in none of the stretches, in order. */
export function gapsBetween(taken: readonly Stretch[], size: number): Stretch[] {
	const gaps: Stretch[] = [];
	let at = 0;
	for (const {offset, length} of taken.toSorted((a, b) => a.offset - b.offset)) {
		if (offset > at) gaps.push({offset: at, length: offset - at});
		at = Math.max(at, offset + length);
	}
	if (at < size) gaps.push({offset: at, length: size - at});
	return gaps;
}

/** The gaps that are not empty, each from its first byte that is not zero. */
export function filledGaps(
	medium: Medium,
	taken: readonly Stretch[],
): {readonly gap: Stretch; readonly first: number}[] {
	return gapsBetween(taken, medium.size).flatMap((gap) => {
		const first = firstNonZero(medium, gap);
		return first === undefined ? [] : {gap, first};
	});
}

/** What the first sector has beside the one entry that protects a GPT: what it is, for people. */
export function mbrSurprises(medium: Medium): string[] {
	const sector = readAt(medium, {offset: 0, length: mbrSize});
	const entries = [0, 1, 2, 3].map((index) => {
		const start = mbrEntry.first + index * mbrEntry.size;
		return sector.subarray(start, start + mbrEntry.size);
	});
	const [first, ...others] = entries;
	const isProtective =
		first?.[mbrEntry.type] === protectiveType &&
		first.readUInt32LE(8) === 1 &&
		others.every(isZero);
	return [
		...(isZero(sector.subarray(0, bootCodeSize)) ? [] : ['a program for a BIOS']),
		...(isProtective ? [] : ['no plain protective partition table']),
	];
}

const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);
