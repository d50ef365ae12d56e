import type {System} from '../system/system.ts';
import type {ChangeReport} from './change-report.ts';
import type {SoftReboot} from './prepare-soft-reboot.ts';

/** Whether a reboot leads to another deployment than the one that runs. */
export function leadsElsewhere({booted, nextBoot}: ChangeReport): boolean {
	return nextBoot !== null && nextBoot.id !== booted;
}

/**
 * Asks systemd to reboot; returns before it does.
 * @param softReboot what came of the wish for a soft one, if there was any
 */
export async function reboot(
	system: Pick<System, 'run'>,
	softReboot?: Pick<SoftReboot, 'prepared'>,
): Promise<void> {
	await system.run('systemctl', [softReboot?.prepared ? 'soft-reboot' : 'reboot']);
}
