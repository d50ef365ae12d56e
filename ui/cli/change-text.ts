import type {ChangeReport, NextBoot} from '../../engine/deployment/change-report.ts';
import type {SoftReboot} from '../../engine/deployment/prepare-soft-reboot.ts';
import {leadsElsewhere} from '../../engine/deployment/reboot.ts';
import {formatImageReference} from './format.ts';
import {formatSoftReboot, formatWayThere} from './soft-reboot.ts';

export interface ChangeTextOptions {
	/** Whether it was only to tell what would be done. */
	readonly dryRun: boolean;
	/** Whether the machine reboots right after. */
	readonly reboots?: boolean;
	/** What came of the wish for a soft reboot. */
	readonly softReboot?: SoftReboot | undefined;
}

/** What a change took away, and what boots next. */
export function formatChange(
	report: ChangeReport,
	{dryRun, reboots = false, softReboot}: ChangeTextOptions,
): string[] {
	const removed = report.removed.map(
		(id) => `${dryRun ? 'would remove' : 'removed'}: deployment ${id}`,
	);
	return [
		...(report.changed ? [] : ['nothing to change']),
		...removed,
		...formatSoftReboot(softReboot),
		`${dryRun && report.changed ? 'next boot would be' : 'next boot'}: ${formatNextBoot(report, formatWayThere(reboots, softReboot))}`,
	];
}

function formatNextBoot(report: ChangeReport, wayThere: string): string {
	const {nextBoot} = report;
	if (nextBoot === null) return 'not known';
	if (!leadsElsewhere(report)) return `${nextBoot.id}, the one that runs now`;
	return `${describe(nextBoot)}; ${wayThere}`;
}

function describe({id, image, version}: NextBoot): string {
	return [
		id,
		...(image === null ? [] : [formatImageReference(image)]),
		...(version === null ? [] : [`version ${version}`]),
	].join(', ');
}
