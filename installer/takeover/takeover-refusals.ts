/** What speaks against taking over a system that runs well: it would not come back, or the new one not come up. */
import {Refused} from '../../engine/errors.ts';
import type {PreviousBoot} from './previous-boot.ts';

export interface TakeoverChecks {
	/** Of the system that is there. */
	readonly title: string;
	readonly previous: Pick<PreviousBoot, 'entry' | 'how'>;
}

export function findTakeoverRefusals({title, previous}: TakeoverChecks): Refused[] {
	const refusals: Refused[] = [];
	if (previous.entry === undefined)
		refusals.push(
			new Refused('no-way-back', `nothing could start ${title} again: ${previous.how}`, {
				hint: 'Start it by a boot loader in a folder of EFI on the EFI system partition, or by systemd-boot, and run again.',
			}),
		);
	return refusals;
}
