import {describeOther, describeUse} from '../../installer/disk/beside/sharing-text.ts';
import type {KeptPartition} from '../../installer/disk/layout.ts';
import {formatSize} from '../../installer/disk/size.ts';
import type {DiskPlan, InstallPlan} from '../../installer/plan.ts';
import type {PlannedInstall} from './port.ts';

/** A plan as the summary shows it. */
export function plannedInstall({disks, bootstrap, warnings}: InstallPlan): PlannedInstall {
	return {
		destroys: disks.flatMap(({destroys}) => destroys ?? []),
		keeps: disks.flatMap(({layout}) => (layout.beside?.kept ?? []).map(describeKept)),
		makes: [
			...disks.flatMap(partitionsOf),
			...bootstrap.map(({what, place}) => `${what}: ${place}`),
		],
		warnings: warnings.map(({message}) => message),
	};
}

function describeKept(partition: KeptPartition): string {
	const use = describeUse(partition);
	return use === undefined ? describeOther(partition) : `${describeOther(partition)}, ${use}`;
}

function partitionsOf({layout}: DiskPlan): string[] {
	return layout.partitions.map(
		({number, finishedName, size, fileSystem}) =>
			`${number}  ${finishedName}, ${formatSize(size)}, ${fileSystem.type}`,
	);
}
