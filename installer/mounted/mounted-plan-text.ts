import {printableText} from '../../engine/tree/printable.ts';
import {formatSize} from '../disk/size.ts';
import {formatFields, formatItems, formatVerity, formatWarning} from '../plan-text.ts';
import type {MountedPlan, PlannedCarry, PlannedTakeover} from './mounted-plan.ts';
import {listNames} from './target-refusals.ts';

/** The plan for people, as `--dry-run` prints it: what is removed first, warnings last. */
export function formatMountedPlan(plan: MountedPlan): string {
	const {root, boot, image, deployment, takeover} = plan;
	return [
		...formatFields([
			['Root', `${root.path}: ${root.fileSystem} ${root.uuid} on ${root.device}`],
			['Room', `${formatSize(root.needed)} needed, ${formatSize(root.free)} free`],
			[
				'Removes',
				root.removes.length === 0 ? 'nothing' : `EVERYTHING in it: ${listNames(root.removes)}`,
			],
			['Leaves', root.leaves.length === 0 ? undefined : listNames(root.leaves)],
			['Boots from', boot.entries === boot.esp ? boot.esp : `${boot.esp} and ${boot.entries}`],
			...boot.files.map((file, index) => [index === 0 ? 'Writes there' : '', file] as const),
		]),
		...(takeover === undefined ? [] : formatTakeover(takeover)),
		...formatFields([
			['Image', image.reference ?? 'no reference'],
			['Manifest', image.manifestDigest],
			['Config', image.configDigest],
			['Root digest', image.verityDigest],
			['fs-verity', formatVerity(plan)],
			['Deployment', deployment.id],
			['Command line', deployment.commandLine],
		]),
		...formatItems(plan.bootstrap),
		...plan.warnings.flatMap(formatWarning),
		'',
	].join('\n');
}

function formatTakeover({title, starts, carries, firmware}: PlannedTakeover): string[] {
	return [
		...formatFields([
			['Keeps', `${printableText(title)}, which the boot menu starts ${starts}`],
			['Firmware', firmware],
		]),
		...formatFields(
			carries.map((carry, index) => [index === 0 ? 'Takes along' : '', formatCarry(carry)]),
		),
	];
}

function formatCarry({kind, isChosen, taken, left}: PlannedCarry): string {
	const what = [
		...(taken.length === 0 ? [] : [taken.map(printableText).join(', ')]),
		...(left.length === 0 ? [] : [`${left.length} not, see below`]),
	].join('; ');
	const name = kind.padEnd(14);
	if (!isChosen)
		return `${name}no, as was asked${what === '' ? '' : `: ${taken.map(printableText).join(', ')}`}`;
	return `${name}${what === '' ? 'nothing there' : what}`;
}
