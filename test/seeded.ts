/** Seeded randomness for property and fuzz tests: the same seed gives the same run, everywhere. */
export interface SeededRandom {
	/** A float from 0 up to 1, 1 excluded. */
	next(): number;
	/** An integer from 0 to `bound - 1`. */
	below(bound: number): number;
	/** An integer from `low` to `high`, both included. */
	between(low: number, high: number): number;
	pick<T>(choices: readonly T[]): T;
	bytes(length: number): Buffer;
}

/** Mulberry32: 32 bits of state, good enough to choose test cases, never for secrets. */
export function seededRandom(seed: number): SeededRandom {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (bound: number): number => Math.floor(next() * bound);
	return {
		next,
		below,
		between: (low, high) => low + below(high - low + 1),
		pick<T>(choices: readonly T[]): T {
			if (choices.length === 0) throw new Error('nothing to pick from');
			return choices[below(choices.length)] as T;
		},
		bytes: (length) => Buffer.from(Array.from({length}, () => below(256))),
	};
}

/** Values at the edges of integer fields, and bytes that mean something in text formats. */
const telling = [
	0, 1, 0x7f, 0x80, 0xff, 0x20, 0x2f, 0x30, 0x37, 0x3d, 0x0a, 0x22, 0x2e, 0x7b, 0x7d,
];

/**
 * A damaged copy: one to eight edits of the kinds that break parsers. Bits and bytes changed, runs
 * removed, repeated, moved, zeroed, the end cut off. The original is not touched.
 */
export function mutate(original: Uint8Array, random: SeededRandom): Buffer {
	let bytes: Buffer = Buffer.from(original);
	for (let edits = random.between(1, 8); edits > 0; edits--) bytes = edit(bytes, random);
	return bytes;
}

function edit(bytes: Buffer, random: SeededRandom): Buffer {
	if (bytes.length === 0) return random.bytes(random.between(1, 16));
	const at = random.below(bytes.length);
	const length = Math.min(bytes.length - at, random.pick([1, 2, 4, 8, 16, 64, 512, 4096]));
	const run = bytes.subarray(at, at + length);
	switch (random.below(9)) {
		case 0:
			bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
			return bytes;
		case 1:
			bytes[at] = random.below(256);
			return bytes;
		case 2:
			bytes[at] = random.pick(telling);
			return bytes;
		case 3:
			run.fill(random.pick(telling));
			return bytes;
		case 4:
			return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
		case 5:
			return Buffer.concat([bytes.subarray(0, at), run, bytes.subarray(at)]);
		case 6:
			return Buffer.concat([
				bytes.subarray(0, at),
				random.bytes(Math.min(length, 16)),
				bytes.subarray(at),
			]);
		case 7:
			run.copy(bytes, random.below(bytes.length));
			return bytes;
		default:
			// Cutting off the end hides all that follows, so it is the rarest edit.
			return random.below(4) === 0 ? Buffer.from(bytes.subarray(0, at)) : bytes;
	}
}

/** How many rounds a fuzz test runs: the variable FUZZ_ROUNDS, else what fits a unit run. */
export function fuzzRounds(unitRounds: number): number {
	const wanted = process.env.FUZZ_ROUNDS;
	if (wanted === undefined || wanted === '') return unitRounds;
	const rounds = Number(wanted);
	if (!Number.isSafeInteger(rounds) || rounds < 1)
		throw new Error(`FUZZ_ROUNDS is "${wanted}", not a positive number`);
	return rounds;
}
