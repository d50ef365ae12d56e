import {formatSize} from '../../../../installer/disk/size.ts';
import type {FlowState} from '../state.ts';
import {bad, plain, screenView} from '../view.ts';
import {chosenDisk} from './disk.ts';
import type {Screen} from './screen.ts';

/** The last question. */
export const confirm: Screen = {
	view(state) {
		const disk = chosenDisk(state);
		const name = nameToType(state);
		if (disk === undefined) return screenView({name: 'confirm', title: 'Confirm', next: undefined});
		const known = [
			disk.model,
			formatSize(disk.size),
			disk.serial === undefined ? undefined : `serial ${disk.serial}`,
		].filter((part) => part !== undefined);
		return screenView({
			name: 'confirm',
			title: 'Confirm',
			lines: [
				plain(`${disk.name}: ${known.join(', ')}`),
				...(state.planned?.plan.destroys ?? []).map((line) => bad(`! destroys ${line}`)),
				plain(''),
				plain(
					name === undefined
						? 'Nothing on the disk is destroyed.'
						: `Type ${name} to install. What was on the disk cannot be brought back.`,
				),
			],
			fields:
				name === undefined
					? []
					: [
							{
								kind: 'text',
								id: 'confirmation',
								label: 'Disk',
								value: state.draft.confirmation,
							},
						],
			next: `Install on ${disk.name}`,
		});
	},
	problem(state) {
		const name = nameToType(state);
		if (name === undefined || state.draft.confirmation === name) return undefined;
		return `Type ${name}, the name of the disk, or go back.`;
	},
};

/** What has to be typed; nothing where nothing is destroyed. */
function nameToType(state: FlowState): string | undefined {
	const {draft, planned} = state;
	const isHarmless = draft.layout === 'free-space' && planned?.plan.destroys.length === 0;
	return isHarmless ? undefined : chosenDisk(state)?.name;
}
