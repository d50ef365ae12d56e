import type {System} from '../system/system.ts';
import type {ChangeReport} from './change-report.ts';

/** Whether a reboot leads to another deployment than the one that runs. */
export function leadsElsewhere({booted, nextBoot}: ChangeReport): boolean {
	return nextBoot !== null && nextBoot.id !== booted;
}

/** Asks systemd to reboot; returns before it does. */
export async function reboot(system: Pick<System, 'run'>): Promise<void> {
	await system.run('systemctl', ['reboot']);
}
