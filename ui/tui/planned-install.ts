import {formatSize} from '../../installer/disk/size.ts';
import type {DiskPlan, InstallPlan} from '../../installer/plan.ts';
import type {PlannedInstall} from './port.ts';

/** A plan as the summary shows it. */
export function plannedInstall({disks, bootstrap, warnings}: InstallPlan): PlannedInstall {
	return {
		fingerprint: disks[0].fingerprint,
		destroys: disks.flatMap(({destroys}) => destroys ?? []),
		keeps: [],
		makes: [
			...disks.flatMap(partitionsOf),
			...bootstrap.map(({what, place}) => `${what}: ${place}`),
		],
		warnings: warnings.map(({message}) => message),
	};
}

function partitionsOf({layout}: DiskPlan): string[] {
	return layout.partitions.map(
		({number, finishedName, size, fileSystem}) =>
			`${number}  ${finishedName}, ${formatSize(size)}, ${fileSystem.type}`,
	);
}
