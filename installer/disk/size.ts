/** Sizes of disks and partitions: arithmetic on bytes, and the words people write them in. */

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;

/** Where partitions begin and end: the erase blocks of most flash and the stripes of most arrays. */
export const alignment = MiB;

const factors: Readonly<Record<string, number>> = {
	B: 1,
	KiB,
	MiB,
	GiB,
	TiB,
	kB: 1e3,
	MB: 1e6,
	GB: 1e9,
	TB: 1e12,
};

/** What {@link parseSize} takes, for messages. */
export const sizeSyntax = 'a size with its unit, such as "512 MiB" or "1 GiB"';

/** Bytes of `1 GiB`, `1.5GiB` or `500 MB`; undefined when it is no size. A unit is required. */
export function parseSize(text: string): number | undefined {
	const match = /^(\d+(?:\.\d+)?) ?([kKMGT]?i?B)$/.exec(text.trim());
	const factor = factors[match?.[2] ?? ''];
	if (match === null || factor === undefined) return undefined;
	const bytes = Math.round(Number(match[1]) * factor);
	return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The next step for who gave what is no size: others write `3G`, and some of them mean GB by it. */
export function sizeHint(text: string): string {
	const [, number, letter] = /^(\d+(?:\.\d+)?) ?([KMGT])$/.exec(text.trim().toUpperCase()) ?? [];
	return number === undefined ? `Give ${sizeSyntax}.` : `Write "${number} ${letter}iB".`;
}

/** A size that {@link parseSize} reads as these bytes: `512 MiB`, `1500000001 B`. */
export function formatExactSize(bytes: number): string {
	const fitting = Object.entries(factors).filter(([, factor]) => bytes % factor === 0);
	const [unit, factor] = fitting.toSorted(([, a], [, b]) => b - a)[0] ?? ['B', 1];
	return bytes === 0 ? '0 B' : `${bytes / factor} ${unit}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `512 B`, `9.8 KiB`, `401 MiB`: one decimal below ten, whole numbers from there on. */
export function formatSize(bytes: number): string {
	let value = bytes;
	let unit = 0;
	// 1023.5 and more would round to 1024 of the smaller unit.
	while (value >= 1023.5 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	const isExact = unit === 0 || value >= 9.95;
	return `${isExact ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

export function alignDown(value: number, alignment: number): number {
	return Math.floor(value / alignment) * alignment;
}

export function alignUp(value: number, alignment: number): number {
	return Math.ceil(value / alignment) * alignment;
}
