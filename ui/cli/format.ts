/** Sizes, durations, counts, images and lists as printed everywhere, so that one thing has one wording. */
import type {ImageReference} from '../../engine/deployment/origin.ts';

export {formatSize} from '../../installer/disk/size.ts';

/** Every line that help and tables print fits this many columns. */
export const pageWidth = 80;

/** `12,677`. */
export function formatCount(count: number): string {
	return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 file`, `12,677 files`. */
export function formatCounted(count: number, singular: string, plural = `${singular}s`): string {
	return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** `0.4 s`, `12 s`, `3 min 05 s`, `1 h 02 min`. */
export function formatDuration(seconds: number): string {
	if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
	const whole = Math.round(seconds);
	if (whole < 60) return `${whole} s`;
	const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, '0');
	if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
	return `${Math.floor(whole / 3600)} h ${twoDigits((whole % 3600) / 60)} min`;
}

/** `registry.example.com/myos:1`, `oci-archive:/path`. */
export function formatImageReference({transport, image}: ImageReference): string {
	return transport === 'registry' ? image : `${transport}:${image}`;
}

/** Breaks text at spaces into lines of at most `width` columns; a longer word has its own line. */
export function wrapText(text: string, width: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(/\s+/).filter((word) => word !== '')) {
		if (line !== '' && line.length + 1 + word.length > width) {
			lines.push(line);
			line = word;
		} else {
			line = line === '' ? word : `${line} ${word}`;
		}
	}
	if (line !== '') lines.push(line);
	return lines;
}

/** A term in its own column and its meaning wrapped beside it, as in lists of options. */
export function formatDefinitions(
	definitions: readonly (readonly [term: string, meaning: string])[],
	{indent = 2, width = pageWidth}: {indent?: number; width?: number} = {},
): string[] {
	const widest = Math.max(0, ...definitions.map(([term]) => term.length));
	// A term wider than this stands above its meaning, or the meanings would have no room.
	const column = Math.min(widest, 26);
	const margin = ' '.repeat(indent + column + 2);
	return definitions.flatMap(([term, meaning]) => {
		const [first = '', ...rest] = wrapText(meaning, width - margin.length);
		const head = ' '.repeat(indent) + term;
		const opening =
			term.length > column ? [head, margin + first] : [`${head.padEnd(margin.length)}${first}`];
		return [...opening, ...rest.map((line) => margin + line)].map((line) => line.trimEnd());
	});
}
