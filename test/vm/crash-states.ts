/**
 * Which states a disk may be in after a power cut, chosen from a log of its writes.
 *
 * What a flush has covered is on the medium. Of what was completed after the last flush, any part may be,
 * down to single sectors: the disk kept it in a cache and wrote it out in an order of its own. That order
 * needs no shuffling here: a disk never replaces a sector by an older version of it, so every order leaves
 * what some choice of writes leaves that is made in the order of the log.
 */
import type {SeededRandom} from '../seeded.ts';
import type {LogEntry} from './write-log.ts';

/** Bytes of the disk, as in the log at `from`; zeros when that is undefined. */
export interface Piece {
	readonly offset: number;
	readonly length: number;
	readonly from: number | undefined;
}

export interface CrashState {
	/** `whole`: every write that was completed is there. `partial`: some that were not flushed are lost. */
	readonly kind: 'whole' | 'partial';
	/** How many entries had been completed. */
	readonly position: number;
	/** How many of these the last flush has covered. */
	readonly flushed: number;
	/** What is there of the others, in this order. */
	readonly pieces: readonly Piece[];
}

/** A range of numbers, the end excluded. */
export interface Range {
	readonly start: number;
	readonly end: number;
}

export interface Choice {
	readonly count: number;
	/** Positions to choose from: as many states are in each of these ranges. */
	readonly ranges: readonly Range[];
	/** A part of the disk, in bytes, that is written to rarely: at a third of the states it just was. */
	readonly rare: Range;
}

/** The smallest unit that a disk writes whole or not at all. */
const sectorSize = 512;
const rareOneIn = 3;
/** How large a part of the writes is kept; sometimes none, or almost all. */
const shares = [0, 0.1, 0.5, 0.9, 0.98];
/** One in so many of the writes that are kept is torn. */
const tornOneIn = 4;

/** Half of them `whole`, half `partial`; in the order of the log. */
export function chooseCrashStates(
	entries: readonly LogEntry[],
	{count, ranges, rare}: Choice,
	random: SeededRandom,
): CrashState[] {
	const states = Array.from({length: count}, (_, n): CrashState => {
		const kind = n % 2 === 0 ? 'whole' : 'partial';
		const range = ranges[Math.floor(n / 2) % ranges.length] ?? {start: 0, end: entries.length};
		const inRare = random.below(rareOneIn) === 0;
		const position = choosePosition(entries, range, inRare ? rare : undefined, random);
		const flushed = lastFlush(entries, position);
		const open = entries.slice(flushed, position).flatMap(wholePieces);
		return {kind, position, flushed, pieces: kind === 'whole' ? open : loseSome(open, random)};
	});
	return states.sort((a, b) => a.flushed - b.flushed);
}

/** A position after a write, before the flush that covers it. */
function choosePosition(
	entries: readonly LogEntry[],
	{start, end}: Range,
	place: Range | undefined,
	random: SeededRandom,
): number {
	const writes: number[] = [];
	const placed: number[] = [];
	for (let n = start; n < end; n++) {
		const entry = entries[n];
		if (entry === undefined || entry.kind === 'flush') continue;
		writes.push(n);
		if (place && entry.offset >= place.start && entry.offset < place.end) placed.push(n);
	}
	const write = random.pick(placed.length > 0 ? placed : writes);
	let flush = write + 1;
	while (flush < end && entries[flush]?.kind !== 'flush') flush++;
	return random.between(write + 1, flush);
}

function lastFlush(entries: readonly LogEntry[], position: number): number {
	for (let n = position; n > 0; n--) if (entries[n - 1]?.kind === 'flush') return n;
	return 0;
}

/** What an entry does to the disk, all of it. */
export function wholePieces(entry: LogEntry): Piece[] {
	if (entry.kind === 'flush') return [];
	const {offset, length} = entry;
	return [{offset, length, from: entry.kind === 'write' ? entry.at : undefined}];
}

function loseSome(pieces: readonly Piece[], random: SeededRandom): Piece[] {
	const share = random.pick(shares);
	return pieces.flatMap((piece) => {
		if (random.next() >= share) return [];
		return random.below(tornOneIn) === 0 ? tear(piece, random) : [piece];
	});
}

/** Takes a run of sectors out. */
function tear(piece: Piece, random: SeededRandom): Piece[] {
	const sectors = piece.length / sectorSize;
	const start = random.below(sectors);
	const end = random.between(start + 1, sectors);
	return [part(piece, 0, start), part(piece, end, sectors)].filter(({length}) => length > 0);
}

function part({offset, from}: Piece, start: number, end: number): Piece {
	const skipped = start * sectorSize;
	return {
		offset: offset + skipped,
		length: (end - start) * sectorSize,
		from: from === undefined ? undefined : from + skipped,
	};
}
