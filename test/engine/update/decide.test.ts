import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {afterCheck, afterFailedCheck} from '../../../engine/update/cached-update.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from '../deployment/samples.ts';
import {reference} from './samples.ts';
import {
	afterFailure,
	afterRecheck,
	available,
	booted,
	checked,
	decide,
	failure,
	newer,
	nextCheck,
	staged,
	testDecisions,
	upToDate,
} from './situations.ts';

const test = suite('decision about updates');

testDecisions(test, [
	[
		'checks when nobody has',
		{cached: undefined},
		'check check-due',
		'it is time to look for a new registry.example.com/myos:latest',
		afterFailure,
	],
	[
		'checks again after the interval, before it applies',
		{deployments: staged, cached: available, now: new Date('2026-03-02T05:33:00Z')},
		'check check-due',
		'it is time to look for a new registry.example.com/myos:latest',
		'2026-03-02T05:48:00Z',
	],
	[
		'checks what a switch made it follow',
		{
			deployments: {
				...staged,
				deployments: [
					sampleDeployment(0),
					sampleDeployment(1, {image: {...reference, image: 'registry.example.com/other:1'}}),
				],
			},
		},
		'check check-due',
		'it is time to look for a new registry.example.com/other:1',
		afterFailure,
	],
	[
		'checks even while the running deployment is on trial',
		{deployments: sampleMachine([sampleEntry(0, fresh)], 0), cached: undefined},
		'check check-due',
		'it is time to look for a new registry.example.com/myos:latest',
		afterFailure,
	],
	[
		'applies what is staged while a newer image has to wait',
		{
			deployments: staged,
			cached: afterCheck(undefined, reference, newer, checked),
			settings: {delayDays: 1},
		},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		afterFailure,
	],
	[
		'applies what is staged while the registry cannot be reached',
		{
			deployments: staged,
			cached: afterFailedCheck(undefined, reference, failure, new Date('2026-03-02T02:59:00Z')),
		},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		'2026-03-02T03:04:00Z',
	],
	[
		'does nothing when switched off',
		{deployments: staged, cached: undefined, settings: {mode: 'off'}},
		'wait off',
		'updates are switched off',
		undefined,
	],
	[
		'does nothing on another system',
		{deployments: {...booted, bootedId: undefined}},
		'wait not-deployed',
		'the running system is no deployment',
		undefined,
	],
	[
		'waits until it knows what the next boot does',
		{deployments: {...booted, entries: undefined}, cached: available},
		'wait boot-state-unknown',
		'it is not known what the next boot does',
		afterRecheck,
	],
	[
		'waits while the running deployment is on trial',
		{deployments: sampleMachine([sampleEntry(1, fresh), sampleEntry(0)], 1), cached: available},
		'wait unproven',
		'the running deployment 3f2a9c1b4d5e.1 has not been found good yet',
		afterRecheck,
	],
	[
		'leaves a queued rollback alone',
		{
			deployments: sampleMachine([sampleEntry(1, undefined, 1), sampleEntry(0, undefined, 2)], 1),
			cached: available,
		},
		'wait rollback-queued',
		'the next boot goes to deployment 3f2a9c1b4d5e.0',
		nextCheck,
	],
	[
		'checks while an image waits',
		{cached: available, settings: {delayDays: 3}},
		'wait delayed',
		'13.2 (sha256:1d1d1d1d1d1d) has to wait until 2026-03-05T01:00:00Z',
		nextCheck,
	],
]);

test('names what its acts are about', () => {
	const {reason, text, again, ...check} = decide({cached: undefined});
	assert.equal(check, {act: 'check', reference});
	const stage = decide({cached: available});
	assert.equal(stage.act === 'stage' && [stage.reference, stage.image], [
		reference,
		available.image,
	]);
	const apply = decide({deployments: staged, cached: available});
	assert.is(apply.act === 'apply' && apply.id, '3f2a9c1b4d5e.1');
	const unstage = decide({deployments: staged, cached: upToDate});
	assert.is(unstage.act === 'unstage' && unstage.id, '3f2a9c1b4d5e.1');
});

test.run();
