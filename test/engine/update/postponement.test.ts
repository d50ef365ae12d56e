import {suite} from 'uvu';
import {afterCheck} from '../../../engine/update/cached-update.ts';
import type {UpdateState} from '../../../engine/update/moment.ts';
import {reference} from './samples.ts';
import {
	afterFailure,
	available,
	checked,
	newer,
	staged,
	testDecisions,
	update,
} from './situations.ts';

const test = suite('postponement');

function afterNo(act: 'stage' | 'apply', subject: string, until: string): UpdateState['updater'] {
	const postponement = {act, subject, code: 'hook-failed', text: 'a hook says no', times: 1, until};
	return {version: 1, postponed: [postponement]};
}

testDecisions(test, [
	[
		'waits after an act that came to nothing',
		{cached: available, updater: afterNo('stage', update.digest, '2026-03-02T03:10:00Z')},
		'wait postponed',
		'13.2 (sha256:1d1d1d1d1d1d) is available, but a hook says no; tried again at 2026-03-02T03:10:00Z',
		'2026-03-02T03:10:00Z',
	],
	[
		'tries it again when its time has come',
		{cached: available, updater: afterNo('stage', update.digest, '2026-03-02T03:00:00Z')},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'does not wait with another image for one that could not be staged',
		{cached: available, updater: afterNo('stage', newer.digest, '2026-03-02T03:10:00Z')},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'does not wait for a time that a wrong clock has set',
		{cached: available, updater: afterNo('stage', update.digest, '2027-01-01T00:00:00Z')},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'applies what is staged while a newer one cannot be',
		{
			deployments: staged,
			cached: afterCheck(undefined, reference, newer, checked),
			updater: afterNo('stage', newer.digest, '2026-03-02T03:10:00Z'),
		},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		'2026-03-02T03:10:00Z',
	],
	[
		'waits after a reboot that was not granted',
		{
			deployments: staged,
			cached: available,
			updater: afterNo('apply', '3f2a9c1b4d5e.1', '2026-03-02T03:10:00Z'),
		},
		'wait postponed',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open, but a hook says no; tried again at 2026-03-02T03:10:00Z',
		'2026-03-02T03:10:00Z',
	],
]);

test.run();
