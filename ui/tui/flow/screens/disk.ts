import {formatSize} from '../../../../installer/disk/size.ts';
import type {DiskFacts} from '../../port.ts';
import type {FlowState} from '../state.ts';
import {
	bad,
	doubtful,
	plain,
	quiet,
	screenView,
	type TableField,
	type TableRow,
	type TextLine,
} from '../view.ts';
import type {Screen} from './screen.ts';

/** Which disk. Those that will not do are listed with the reason: a missing one makes people pull cables. */
export const disk: Screen = {
	view(state) {
		return screenView({
			name: 'disk',
			title: 'Disk',
			fields: state.disks === undefined ? [] : [diskTable(state, state.disks)],
			// A row is chosen and gone on with by one key.
			next: undefined,
			actions: [{id: 'rescan', key: 'r', label: 'look again'}],
		});
	},
	problem(state) {
		if (state.disks === undefined) return 'The disks are still being looked at.';
		const chosen = chosenDisk(state);
		if (chosen === undefined)
			return state.draft.disk === ''
				? 'Choose a disk.'
				: `${state.draft.disk} is not there any more; choose another disk.`;
		return chosen.refusals[0];
	},
};

export function chosenDisk({disks, draft}: FlowState): DiskFacts | undefined {
	return disks?.find(({path}) => path === draft.disk);
}

function diskTable({draft}: FlowState, disks: readonly DiskFacts[]): TableField {
	return {
		kind: 'table',
		id: 'disk',
		label: 'Disks',
		value: draft.disk,
		header: ['NAME', 'SIZE', 'BUS', 'MODEL', 'ON IT'],
		rows: disks.map(diskRow),
	};
}

function diskRow(facts: DiskFacts): TableRow {
	const {path, name, size, transport = '', model = '', content, refusals} = facts;
	return {
		value: path,
		cells: [name, formatSize(size), transport, model, refusals[0] ?? content],
		refusal: refusals[0],
		details: diskDetails(facts),
	};
}

function diskDetails({path, serial, content, refusals, warnings}: DiskFacts): TextLine[] {
	return [
		quiet([path, ...(serial === undefined ? [] : [`serial ${serial}`])].join(', ')),
		plain(`On it: ${content}`),
		...refusals.map(bad),
		...warnings.map(doubtful),
	];
}
