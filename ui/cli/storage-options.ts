import {UsageError} from '../../engine/errors.ts';
import type {Answers} from '../../installer/answers/answers.ts';
import type {Arguments, OptionDefinitions} from './command.ts';

/** What an install on a disk can be told of it without a file of answers. */
export const storageOptions = {
	layout: {
		type: 'string',
		value: 'LAYOUT',
		choices: ['disk', 'free-space', 'partition'],
		help: 'How much of the disk to use: all of it (disk), free space beside what is there (free-space), or the place of partitions that --replace names (partition). Beside others the ESP is shared, and only entries of slipway are added to the partition table.',
	},
	replace: {
		type: 'string',
		value: 'N',
		multiple: true,
		help: 'The number of a partition that makes room; what is in it is destroyed. May be given several times.',
	},
} as const satisfies OptionDefinitions;

export type StorageOptions = Arguments<typeof storageOptions, Record<never, never>>['options'];

/**
 * The answers with what the options say; that goes first. Who gives numbers means those, and no others that a
 * file names; who gives another layout than their place means none.
 * @throws UsageError for what is no number, or contradicts the layout
 */
export function withStorageOptions(answers: Answers, {layout, replace}: StorageOptions): Answers {
	const {storage} = answers;
	if (replace.length === 0) {
		const replaced = layout === undefined || layout === 'partition' ? storage.replace : [];
		return {
			...answers,
			storage: {...storage, layout: layout ?? storage.layout, replace: replaced},
		};
	}
	if (layout !== undefined && layout !== 'partition')
		throw new UsageError(`--replace is given with --layout ${layout}`, {
			hint: 'Give --layout partition, or leave one out.',
		});
	const numbers = replace.map((text) => {
		if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
		throw new UsageError(`--replace ${JSON.stringify(text)} is no number of a partition`, {
			hint: 'Give one such as 3, and the option once more for the next.',
		});
	});
	const replaced = numbers.map((number) => ({number}));
	return {...answers, storage: {...storage, layout: 'partition', replace: replaced}};
}
