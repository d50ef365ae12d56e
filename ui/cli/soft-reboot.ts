/** What `upgrade`, `switch` and `rollback` say of soft reboots. */
import type {SoftReboot} from '../../engine/deployment/prepare-soft-reboot.ts';
import {softRebootModes} from '../../engine/deployment/soft-reboot.ts';
import type {OptionDefinitions} from './command.ts';

export const softRebootOption = {
	'soft-reboot': {
		type: 'string',
		value: 'MODE',
		choices: softRebootModes,
		help: 'Have the next systemctl soft-reboot, or --apply at once, start it without kernel and firmware, which takes the same kernel, initramfs and kernel arguments. auto: a whole reboot where that cannot be done; required: then nothing is changed.',
	},
} as const satisfies OptionDefinitions;

/** Why it will be a whole reboot, if somebody wished for another one. */
export function formatSoftReboot(softReboot: SoftReboot | undefined): string[] {
	if (softReboot === undefined || softReboot.prepared) return [];
	return [`no soft reboot: ${softReboot.reason}`];
}

/** How what was changed goes into effect. */
export function formatWayThere(reboots: boolean, softReboot: SoftReboot | undefined): string {
	if (softReboot?.prepared)
		return reboots ? 'soft rebooting now' : 'systemctl soft-reboot, or reboot, to use it';
	return reboots ? 'rebooting now' : 'reboot to use it';
}
