import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {afterCheck, afterFailedCheck} from '../../../engine/update/cached-update.ts';
import {emptyQuarantine, quarantineImage} from '../../../engine/update/quarantine.ts';
import {
	failed,
	sampleDeployment,
	sampleEntry,
	sampleMachine,
	type sampleOrigin,
} from '../deployment/samples.ts';
import {defaultSettings, foundImage, reference} from './samples.ts';
import {
	afterFailure,
	afterRecheck,
	alice,
	available,
	booted,
	checked,
	decide,
	failure,
	newer,
	nextCheck,
	noon,
	now,
	staged,
	stagedDeployment,
	testDecisions,
	update,
	upToDate,
} from './situations.ts';

const test = suite('decision to stage');

const {rollout} = defaultSettings;
const day = 86_400_000;

function withReference(image: (typeof sampleOrigin)['image']): DeploymentSet {
	return {...booted, deployments: [sampleDeployment(0, {image})]};
}

testDecisions(test, [
	[
		'stages what is new',
		{cached: available},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'stages what is newer than what is staged',
		{deployments: staged, cached: afterCheck(undefined, reference, newer, checked)},
		'stage update-available',
		'sha256:1d1d1d1d1d1d is available',
		afterFailure,
	],
	[
		'stages at any time of the day, whoever is logged in',
		{
			cached: afterCheck(undefined, reference, update, noon),
			machine: {logins: {sessions: [alice], inhibitors: []}},
			now: noon,
		},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		'2026-03-02T12:15:00Z',
	],
	[
		'takes back what is staged when the tag went back',
		{deployments: staged, cached: upToDate},
		'unstage withdrawn',
		'registry.example.com/myos:latest leads to the running image again',
		afterFailure,
	],
	[
		'stages the running image for who switched to another reference',
		{
			deployments: {
				...staged,
				deployments: staged.deployments.map((one) =>
					one.id.endsWith('.1') && one.origin !== undefined
						? {
								...one,
								origin: {
									...one.origin,
									image: {...reference, image: 'registry.example.com/myos:next'},
								},
							}
						: one,
				),
			},
			cached: {...upToDate, reference: {...reference, image: 'registry.example.com/myos:next'}},
		},
		'stage update-available',
		'13.1 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'waits for a reference',
		{deployments: withReference(null)},
		'wait no-reference',
		'it is not known where updates come from',
		undefined,
	],
	[
		'waits for a reference that it can pull',
		{deployments: withReference({...reference, image: 'localhost/myos:latest'})},
		'wait unpullable-reference',
		'localhost/myos:latest is on this host alone',
		undefined,
	],
	[
		'waits for a check that succeeds',
		{cached: afterFailedCheck(undefined, reference, failure, now)},
		'wait check-failed',
		'no check has succeeded: registry.example.com does not answer',
		afterRecheck,
	],
	[
		'waits for something new',
		{},
		'wait up-to-date',
		'13.1 (sha256:1d1d1d1d1d1d) is the newest',
		nextCheck,
	],
	[
		'waits for something new when only the config tells that it runs the newest',
		{
			cached: afterCheck(
				undefined,
				reference,
				foundImage('e5', {configDigest: `sha256:${'b2'.repeat(32)}`}),
				checked,
			),
		},
		'wait up-to-date',
		'sha256:1d1d1d1d1d1d is the newest',
		nextCheck,
	],
	[
		'leaves alone what failed',
		{
			deployments: sampleMachine([sampleEntry(1, failed), sampleEntry(0)], 0),
			cached: available,
			quarantine: quarantineImage(emptyQuarantine, stagedDeployment, 'boot-failed', checked),
		},
		'wait quarantined',
		'13.2 (sha256:1d1d1d1d1d1d) is left alone, for it failed as deployment 3f2a9c1b4d5e.1',
		nextCheck,
	],
	[
		'leaves alone what somebody went back from',
		{
			cached: available,
			quarantine: quarantineImage(emptyQuarantine, stagedDeployment, 'rolled-back', checked),
		},
		'wait quarantined',
		'13.2 (sha256:1d1d1d1d1d1d) is left alone, for somebody went back from deployment 3f2a9c1b4d5e.1',
		nextCheck,
	],
	[
		'only checks when told so',
		{cached: available, settings: {mode: 'check'}},
		'wait check-only',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		nextCheck,
	],
	[
		'waits for the days that an image has to be known',
		{
			cached: {
				...available,
				image: {...update, firstSeen: new Date(+now - 3 * day + 1000).toISOString()},
			},
			settings: {delayDays: 3},
		},
		'wait delayed',
		'13.2 (sha256:1d1d1d1d1d1d) has to wait until 2026-03-02T03:00:01Z',
		'2026-03-02T03:00:01Z',
	],
	[
		'stages when they are over',
		{
			cached: {...available, image: {...update, firstSeen: new Date(+now - 3 * day).toISOString()}},
			settings: {delayDays: 3},
		},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'waits for its turn in a rollout',
		{
			cached: afterCheck(
				undefined,
				reference,
				{...update, rollout: {start: '2026-03-02T00:00:00Z', durationMs: 10 * 3_600_000}},
				checked,
			),
		},
		'wait rollout',
		'13.2 (sha256:1d1d1d1d1d1d) reaches this machine at 2026-03-02T03:34:20Z',
		'2026-03-02T03:34:20Z',
	],
	[
		'does not wait for its turn when told so',
		{
			cached: afterCheck(
				undefined,
				reference,
				{...update, rollout: {start: '2027-01-01T00:00:00Z'}},
				checked,
			),
			settings: {rollout: {...rollout, follow: false}},
		},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'takes the place in a rollout that it is given',
		{cached: available, settings: {rollout: {...rollout, durationMs: 4 * 3_600_000, place: 1}}},
		'wait rollout',
		'13.2 (sha256:1d1d1d1d1d1d) reaches this machine at 2026-03-02T05:00:00Z',
		'2026-03-02T05:00:00Z',
	],
]);

test('shows versions of others so that they fool no terminal', () => {
	const hostile = {...update, imageVersion: '1\u001b[2J\n2'};
	const {text} = decide({cached: afterCheck(undefined, reference, hostile, checked)});
	assert.is(text, '1\\u{1b}[2J\\u{a}2 (sha256:1d1d1d1d1d1d) is available');
});

test.run();
