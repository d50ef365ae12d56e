import {formatSize} from '../../../../installer/disk/size.ts';
import type {DiskFacts, ReinstallFacts} from '../../port.ts';
import {type ChoiceField, doubtful, plain, screenView} from '../view.ts';
import {chosenDisk} from './disk.ts';
import type {Screen} from './screen.ts';

/** How much of the disk. */
export const layout: Screen = {
	view(state) {
		const found = chosenDisk(state);
		const {draft} = state;
		if (found === undefined) return screenView({name: 'layout', title: 'Layout'});
		const option = (value: string, label: string, refusal?: string) => ({value, label, refusal});
		const choice: ChoiceField = {
			kind: 'choice',
			id: 'layout',
			label: 'Use',
			value: draft.layout,
			options: [
				option('disk', `the whole disk (${formatSize(found.size)})`),
				option('free-space', 'free space beside what is there', found.withoutFreeSpace),
				option('partition', 'the place of one partition', withoutPartition(found)),
				...(found.reinstall === undefined
					? []
					: [option('reinstall', `the place of its system, with ${kept(found.reinstall)} kept`)]),
			],
		};
		return screenView({
			name: 'layout',
			title: 'Layout',
			lines: [plain(`${found.name}: ${found.content}`)],
			fields:
				draft.layout === 'partition' ? [choice, partitionChoice(found, draft.replace)] : [choice],
			notes:
				draft.layout === 'disk' && !found.isEmpty
					? [doubtful('Everything on the disk will be destroyed.')]
					: [],
		});
	},
	problem(state) {
		const found = chosenDisk(state);
		if (found === undefined) return 'Go back and choose a disk.';
		const {layout, replace} = state.draft;
		if (layout === 'free-space') return found.withoutFreeSpace;
		if (layout === 'reinstall' && found.reinstall === undefined)
			return 'Choose how much of the disk to use.';
		if (layout !== 'partition') return undefined;
		const chosen = found.partitions.find(({number}) => String(number) === replace);
		return chosen === undefined ? 'Choose the partition that makes room.' : chosen.refusal;
	},
};

function kept({data}: ReinstallFacts): string {
	return data.map(({mountPoint}) => mountPoint).join(' and ');
}

function withoutPartition({partitions}: DiskFacts): string | undefined {
	if (partitions.length === 0) return 'there are no partitions';
	return partitions.some(({refusal}) => refusal === undefined)
		? undefined
		: partitions.find(({refusal}) => refusal !== undefined)?.refusal;
}

function partitionChoice({partitions}: DiskFacts, value: string): ChoiceField {
	return {
		kind: 'choice',
		id: 'replace',
		label: 'Replace',
		value,
		options: partitions.map(({number, size, content, refusal}) => ({
			value: String(number),
			label: `${number}  ${formatSize(size)}  ${content}`,
			refusal,
		})),
	};
}
