import {suite} from 'uvu';
import {afterCheck} from '../../../engine/update/cached-update.ts';
import {emptyQuarantine, quarantineImage} from '../../../engine/update/quarantine.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from '../deployment/samples.ts';
import {reference} from './samples.ts';
import {
	afterFailure,
	available,
	checked,
	nextCheck,
	noon,
	staged,
	stagedDeployment,
	testDecisions,
	update,
} from './situations.ts';

const test = suite('decision to apply');

testDecisions(test, [
	[
		'applies what is staged',
		{deployments: staged, cached: available},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		afterFailure,
	],
	[
		'applies other kernel arguments for the same image, with no reference at all',
		{
			deployments: {
				...sampleMachine([sampleEntry(1, fresh), sampleEntry(0)], 0),
				deployments: [sampleDeployment(0, {image: null}), sampleDeployment(1, {image: null})],
			},
		},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		afterFailure,
	],
	[
		'does not reboot into what is in quarantine',
		{
			deployments: staged,
			cached: available,
			quarantine: quarantineImage(emptyQuarantine, stagedDeployment, 'boot-failed', checked),
		},
		'wait quarantined',
		'deployment 3f2a9c1b4d5e.1 is of an image that is left alone',
		nextCheck,
	],
	[
		'only stages when told so',
		{deployments: staged, cached: available, settings: {mode: 'stage'}},
		'wait stage-only',
		'deployment 3f2a9c1b4d5e.1 goes in at the next reboot',
		nextCheck,
	],
	[
		'waits for a window',
		{deployments: staged, cached: afterCheck(undefined, reference, update, noon), now: noon},
		'wait window-closed',
		'deployment 3f2a9c1b4d5e.1 waits for a window at 2026-03-03T02:00:00Z',
		'2026-03-02T16:32:05Z',
	],
	[
		'waits for a window in the zone of the machine',
		{deployments: staged, cached: available, machine: {timeZone: 'Asia/Tokyo'}},
		'wait window-closed',
		'deployment 3f2a9c1b4d5e.1 waits for a window at 2026-03-02T17:00:00Z',
		nextCheck,
	],
	[
		'waits where no window opens',
		{deployments: staged, cached: available, settings: {windows: []}},
		'wait window-closed',
		'no window ever opens',
		nextCheck,
	],
]);

test.run();
