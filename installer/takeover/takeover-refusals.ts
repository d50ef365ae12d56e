/** What speaks against taking over a system that runs well: it would not come back, or the new one not come up. */
import {Refused} from '../../engine/errors.ts';
import {printableText} from '../../engine/tree/printable.ts';
import type {PreviousBoot} from './previous-boot.ts';

/** As loader.conf has it. */
const newDefault = 'slipway-*';

export interface TakeoverChecks {
	/** Of the system that is there. */
	readonly title: string;
	readonly previous: Pick<PreviousBoot, 'entry' | 'how'>;
	/** Whether the firmware starts only what is signed, and whether the new boot loader is. */
	readonly isSecureBoot: boolean;
	readonly isSigned: boolean;
	/** What systemd-boot was told to start, whatever its settings say. */
	readonly defaultEntry: string | undefined;
}

export function findTakeoverRefusals({title, previous, ...checks}: TakeoverChecks): Refused[] {
	const refusals: Refused[] = [];
	if (checks.isSecureBoot && !checks.isSigned)
		refusals.push(
			new Refused(
				'secure-boot',
				"Secure Boot is on, and the image's systemd-boot has no signature",
				{
					hint: 'Turn Secure Boot off in the setup of the firmware, or sign systemd-boot in the image with a key that it knows.',
				},
			),
		);
	if (checks.defaultEntry !== undefined && checks.defaultEntry !== newDefault)
		refusals.push(
			new Refused(
				'default-entry',
				`the boot loader was told to start ${printableText(checks.defaultEntry)} by default`,
				{hint: "Take that back: bootctl set-default ''."},
			),
		);
	if (previous.entry === undefined)
		refusals.push(
			new Refused('no-way-back', `nothing could start ${title} again: ${previous.how}`, {
				hint: 'Start it by a boot loader in a folder of EFI on the EFI system partition, or by systemd-boot, and run again.',
			}),
		);
	return refusals;
}
