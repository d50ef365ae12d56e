import {UsageError} from '../../engine/errors.ts';
import {nearestWord} from '../../engine/suggestion.ts';
import {type LiveFormat, liveFormats} from '../../installer/output/make-live-media.ts';
import {type OutputFormat, outputFormats} from '../../installer/output/output-format.ts';
import {throwRefusals} from '../../installer/several-refusals.ts';

export interface AskedFormats {
	/** Each once, in the order of the help. */
	readonly disk: readonly OutputFormat[];
	readonly live: readonly LiveFormat[];
}

/** Names that others have for a format. */
const otherNames: Readonly<Record<string, string>> = {vhd: 'vpc', azure: 'vpc', img: 'raw'};

/** @throws UsageError for `raw,qcow` and the like, with all mistakes */
export function parseFormats(text: string | undefined): AskedFormats {
	const all: readonly string[] = [...outputFormats, ...liveFormats];
	const names = (text ?? '').split(',').filter((name) => name !== '');
	if (names.length === 0)
		throw new UsageError('nobody said what to make', {
			hint: `Say it with --format: ${all.join(', ')}.`,
		});
	const unknown = [...new Set(names)].filter((name) => !all.includes(name));
	const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
	throwRefusals([
		...unknown.map(
			(name) =>
				new UsageError(`there is no format ${name}`, {
					hint: didYouMean(otherNames[name] ?? nearestWord(name, all), all),
				}),
		),
		...twice.map(
			(name) => new UsageError(`format ${name} is listed twice`, {hint: 'List each once.'}),
		),
	]);
	return {
		disk: outputFormats.filter((format) => names.includes(format)),
		live: liveFormats.filter((format) => names.includes(format)),
	};
}

function didYouMean(meant: string | undefined, all: readonly string[]): string {
	return meant === undefined ? `Formats are ${all.join(', ')}.` : `Did you mean ${meant}?`;
}
