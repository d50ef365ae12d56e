import type {Deployment} from '../deployment/deployment.ts';
import type {UpdateDecision} from './decision.ts';
import {whyBusy, whySpared} from './gates.ts';
import {afterFailure, type Moment, wait, waitUntil} from './moment.ts';
import {nextOpening} from './windows.ts';

/** Whether to reboot now into what is staged. */
export function applyDecision(moment: Moment, {id, origin}: Deployment): UpdateDecision {
	const {settings, state, now} = moment;
	if (settings.mode !== 'apply')
		return wait(moment, 'stage-only', `deployment ${id} goes in at the next reboot`);
	const verityDigest = origin?.imageVerity.digest;
	if (state.quarantine.images.some(({imageVerity}) => imageVerity === verityDigest))
		return wait(moment, 'quarantined', `deployment ${id} is of an image that is left alone`);
	const opening = nextOpening(settings.windows, now, state.machine.timeZone);
	if (opening === undefined) return wait(moment, 'window-closed', 'no window ever opens');
	if (opening > now)
		return waitUntil(moment, 'window-closed', `deployment ${id} waits for a window at`, opening);
	return (
		whyBusy(moment) ??
		whySpared(moment) ?? {
			act: 'apply',
			reason: 'window-open',
			id,
			text: `deployment ${id} is staged and a window is open`,
			again: afterFailure(moment),
		}
	);
}
