import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {writeOrigin} from '../../../engine/deployment/state-directory.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {
	afterCheck,
	afterFailedCheck,
	type CachedUpdate,
} from '../../../engine/update/cached-update.ts';
import {decideUpdate} from '../../../engine/update/decide.ts';
import type {UpdateDecision} from '../../../engine/update/decision.ts';
import type {MachineState} from '../../../engine/update/machine-state.ts';
import type {UpdateState} from '../../../engine/update/moment.ts';
import {emptyQuarantine, quarantineImage} from '../../../engine/update/quarantine.ts';
import {readUpdateState} from '../../../engine/update/read-update-state.ts';
import type {UpdateSettings} from '../../../engine/update/update-settings.ts';
import {emptyUpdaterState} from '../../../engine/update/updater-state.ts';
import {
	failed,
	fresh,
	sampleDeployment,
	sampleEntry,
	sampleMachine,
	sampleOrigin,
} from '../deployment/samples.ts';
import {defaultSettings, foundImage, reference} from './samples.ts';

const test = suite('decision about updates');

/** In the window of the defaults. */
const now = new Date('2026-03-02T03:00:00Z');
const checked = new Date('2026-03-02T01:00:00Z');
/** Checked, with four hours and this machine's own part of one. */
const nextCheck = '2026-03-02T05:32:05Z';
const afterRecheck = '2026-03-02T03:05:00Z';
const afterFailure = '2026-03-02T03:15:00Z';
const noon = new Date('2026-03-02T12:00:00Z');

const running = foundImage('a1', {imageVersion: '13.1'});
const update = foundImage('c3', {imageVersion: '13.2'});
const newer = foundImage('d4');
const upToDate = afterCheck(undefined, reference, running, checked);
const available = afterCheck(undefined, reference, update, checked);

const booted: DeploymentSet = sampleMachine([sampleEntry(0)], 0);
const staged: DeploymentSet = {
	...sampleMachine([sampleEntry(1, fresh), sampleEntry(0)], 0),
	deployments: [
		sampleDeployment(0),
		sampleDeployment(1, {
			manifestDigest: update.manifestDigest,
			configDigest: `sha256:${'c4'.repeat(32)}`,
			imageVerity: {algorithm: 'sha256', digest: 'c3'.repeat(32)},
		}),
	],
};
const stagedDeployment = sampleDeployment(1, {
	manifestDigest: update.manifestDigest,
	imageVerity: {algorithm: 'sha256', digest: 'c3'.repeat(32)},
});

const idle: MachineState = {
	logins: {sessions: [], inhibitors: []},
	power: {source: 'mains', batteryPercent: undefined},
	metered: false,
	load: 0.1,
	timeZone: 'UTC',
};

interface Situation {
	readonly deployments?: DeploymentSet;
	readonly cached?: CachedUpdate | undefined;
	readonly quarantine?: UpdateState['quarantine'];
	readonly updater?: UpdateState['updater'];
	readonly machine?: Partial<MachineState>;
	readonly settings?: Partial<UpdateSettings>;
	readonly now?: Date;
}

function decide(situation: Situation): UpdateDecision {
	const state: UpdateState = {
		deployments: situation.deployments ?? booted,
		cached: 'cached' in situation ? situation.cached : upToDate,
		quarantine: situation.quarantine ?? emptyQuarantine,
		updater: situation.updater ?? emptyUpdaterState,
		machine: {...idle, ...situation.machine},
		machineId: '0123456789abcdef0123456789abcdef',
	};
	return decideUpdate(state, {...defaultSettings, ...situation.settings}, situation.now ?? now);
}

function withReference(image: (typeof sampleOrigin)['image']): DeploymentSet {
	return {...booted, deployments: [sampleDeployment(0, {image})]};
}

function afterNo(act: 'stage' | 'apply', subject: string, until: string): UpdateState['updater'] {
	const postponement = {act, subject, code: 'hook-failed', text: 'a hook says no', times: 1, until};
	return {version: 1, postponed: [postponement]};
}

const {gates, rollout} = defaultSettings;
const day = 86_400_000;
const battery = {source: 'battery', batteryPercent: 49} as const;
const alice = {id: '4', user: 'alice'};
const failure = {code: 'unreachable', message: 'registry.example.com does not answer'};

const cases: readonly (readonly [
	name: string,
	Situation,
	decision: string,
	text: string,
	again: string | undefined,
])[] = [
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
		'applies what is staged',
		{deployments: staged, cached: available},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
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
	[
		'only checks when told so',
		{cached: available, settings: {mode: 'check'}},
		'wait check-only',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
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
		'checks while an image waits',
		{cached: available, settings: {delayDays: 3}},
		'wait delayed',
		'13.2 (sha256:1d1d1d1d1d1d) has to wait until 2026-03-05T01:00:00Z',
		nextCheck,
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
	[
		'downloads nothing where that costs',
		{cached: available, machine: {metered: true}},
		'wait metered',
		'the network costs by volume',
		afterRecheck,
	],
	[
		'downloads it when told so',
		{cached: available, machine: {metered: true}, settings: {gates: {...gates, metered: 'ignore'}}},
		'stage update-available',
		'13.2 (sha256:1d1d1d1d1d1d) is available',
		afterFailure,
	],
	[
		'applies where downloads cost',
		{deployments: staged, cached: available, machine: {metered: true}},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		afterFailure,
	],
	[
		'stages nothing on a low battery',
		{cached: available, machine: {power: battery}},
		'wait battery',
		'the machine runs on a battery at 49 %, below 50 %',
		afterRecheck,
	],
	[
		'applies nothing on a battery that does not say how full it is',
		{
			deployments: staged,
			cached: available,
			machine: {power: {source: 'battery', batteryPercent: undefined}},
		},
		'wait battery',
		'the machine runs on a battery of an unknown level, below 50 %',
		afterRecheck,
	],
	[
		'applies on a battery that is full enough',
		{deployments: staged, cached: available, machine: {power: {...battery, batteryPercent: 50}}},
		'apply window-open',
		'deployment 3f2a9c1b4d5e.1 is staged and a window is open',
		afterFailure,
	],
	[
		'stages nothing under load',
		{cached: available, machine: {load: 1.204}, settings: {gates: {...gates, maxLoad: 1.2}}},
		'wait load',
		'the load for each processor is 1.20, above 1.2',
		afterRecheck,
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
	[
		'disturbs nobody who is logged in',
		{
			deployments: staged,
			cached: available,
			machine: {
				logins: {sessions: [alice, {id: '5', user: 'bob'}, {...alice, id: '6'}], inhibitors: []},
			},
		},
		'wait logged-in',
		'logged in: alice, bob',
		afterRecheck,
	],
	[
		'heeds an inhibitor',
		{
			deployments: staged,
			cached: available,
			machine: {logins: {sessions: [], inhibitors: [{who: 'backup', why: 'Nightly backup'}]}},
		},
		'wait inhibited',
		'backup inhibits a reboot: Nightly backup',
		afterRecheck,
	],
	[
		'waits until it knows who is logged in',
		{deployments: staged, cached: available, machine: {logins: undefined}},
		'wait logins-unknown',
		'logind does not say who is logged in',
		afterRecheck,
	],
];
for (const [name, situation, decision, text, again] of cases)
	test(name, () => {
		const made = decide(situation);
		assert.equal(
			{
				decision: `${made.act} ${made.reason}`,
				text: made.text,
				again: made.again && `${made.again.toISOString().slice(0, 19)}Z`,
			},
			{decision, text, again},
		);
	});

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

test('never looks again in the past, and always does while it is on', () => {
	for (const [name, situation] of cases) {
		const {again, reason} = decide(situation);
		if (again !== undefined) assert.ok(again > (situation.now ?? now), name);
		else
			assert.ok(
				['off', 'not-deployed', 'no-reference', 'unpullable-reference'].includes(reason),
				name,
			);
	}
});

test('shows versions of others so that they fool no terminal', () => {
	const hostile = {...update, imageVersion: '1\u001b[2J\n2'};
	const {text} = decide({cached: afterCheck(undefined, reference, hostile, checked)});
	assert.is(text, '1\\u{1b}[2J\\u{a}2 (sha256:1d1d1d1d1d1d) is available');
});

test('is made from the running system, damaged records told', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'update-state-'));
	try {
		await writeOrigin(path.join(root, 'sysroot'), sampleDeployment(0));
		for (const [name, text] of [
			['proc/cmdline', `composefs=${sampleOrigin.imageVerity.digest} slipway=3f2a9c1b4d5e.0`],
			['proc/loadavg', '0.00 0.00 0.00 1/100 1\n'],
			['etc/machine-id', '0123456789abcdef0123456789abcdef\n'],
			['sysroot/state/quarantine.json', '{'],
			['sysroot/state/update.json', JSON.stringify(available)],
		] as const) {
			mkdirSync(path.dirname(path.join(root, name)), {recursive: true});
			writeFileSync(path.join(root, name), text);
		}
		const {state, problems} = await readUpdateState(
			fakeSystem({}, {systemctl: 'inactive\n'}),
			root,
		);
		const {timeZone, ...machine} = state.machine;
		assert.equal(
			{...state, machine},
			{
				deployments: {
					deployments: [sampleDeployment(0)],
					entries: undefined,
					bootedId: '3f2a9c1b4d5e.0',
				},
				cached: available,
				quarantine: emptyQuarantine,
				updater: emptyUpdaterState,
				machine: {
					logins: {sessions: [], inhibitors: []},
					power: {source: 'mains', batteryPercent: undefined},
					metered: false,
					load: 0,
				},
				machineId: '0123456789abcdef0123456789abcdef',
			},
		);
		assert.equal(problems, [`${root}/sysroot/state/quarantine.json is not JSON`]);
		assert.is(decideUpdate(state, defaultSettings, now).reason, 'boot-state-unknown');
	} finally {
		rmSync(root, {recursive: true});
	}
});

test.run();
