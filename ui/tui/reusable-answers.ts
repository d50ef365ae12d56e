import type {Answers, DiskSelector} from '../../installer/answers/answers.ts';
import type {DiskFacts} from './port.ts';

/**
 * Answers for another time, when the kernel may give a disk's name to another disk: it is named by what
 * stays. One of which nothing is known is left out, with its partitions and the leave to destroy what is on it.
 */
export function reusableAnswers(
	answers: Answers,
	disk: DiskFacts | undefined,
): {readonly answers: Answers; readonly leftOut: readonly string[]} {
	const selector = disk === undefined ? undefined : lastingSelector(disk);
	if (selector !== undefined) return {answers: {...answers, disk: [selector]}, leftOut: []};
	const {storage} = answers;
	const layout = storage.layout === 'partition' ? undefined : storage.layout;
	const partitions = storage.partitions.filter(({existing}) => existing === undefined);
	return {
		answers: {
			...answers,
			disk: undefined,
			storage: {...storage, layout, wipe: undefined, replace: [], partitions},
		},
		leftOut: ['the disk and the leave to wipe it (it has no serial number)'],
	};
}

function lastingSelector({serial, wwn, model, size}: DiskFacts): DiskSelector | undefined {
	const chosen = {pick: 'only', removable: true} as const;
	const ofModel = model === undefined ? {} : {model: asGlob(model)};
	if (serial !== undefined) return {...chosen, ...ofModel, serial: asGlob(serial)};
	if (wwn !== undefined) return {...chosen, ...ofModel, wwn: asGlob(wwn)};
	return model === undefined ? undefined : {...chosen, ...ofModel, size: {least: size, most: size}};
}

/** A glob that matches the text; it has no way to write the signs that mean something in it. */
const asGlob = (text: string): string => text.replace(/[*?[\]]/g, '?');
