import {UsageError} from '../../engine/errors.ts';
import {nearestWord} from '../../engine/suggestion.ts';
import {type LiveFormat, liveFormats} from '../../installer/output/make-live-media.ts';
import {type OutputFormat, outputFormats} from '../../installer/output/output-format.ts';

export interface AskedFormats {
	/** Each once, in the order of the help. */
	readonly disk: readonly OutputFormat[];
	readonly live: readonly LiveFormat[];
}

/** @throws UsageError for `raw,qcow` and the like */
export function parseFormats(text: string | undefined): AskedFormats {
	const all: readonly string[] = [...outputFormats, ...liveFormats];
	const names = (text ?? '').split(',').filter((name) => name !== '');
	if (names.length === 0)
		throw new UsageError('nobody said what to make', {
			hint: `Say it with --format: ${all.join(', ')}.`,
		});
	for (const name of names) {
		if (all.includes(name)) continue;
		throw new UsageError(`there is no format ${name}`, {
			hint: didYouMean(nearestWord(name, all), all),
		});
	}
	return {
		disk: outputFormats.filter((format) => names.includes(format)),
		live: liveFormats.filter((format) => names.includes(format)),
	};
}

function didYouMean(meant: string | undefined, all: readonly string[]): string {
	return meant === undefined ? `Formats are ${all.join(', ')}.` : `Did you mean ${meant}?`;
}
