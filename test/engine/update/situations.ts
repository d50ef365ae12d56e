/** Situations of a machine, and what is decided in them. */
import type {Test} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {afterCheck, type CachedUpdate} from '../../../engine/update/cached-update.ts';
import {decideUpdate} from '../../../engine/update/decide.ts';
import type {UpdateDecision} from '../../../engine/update/decision.ts';
import type {MachineState} from '../../../engine/update/machine-state.ts';
import type {UpdateState} from '../../../engine/update/moment.ts';
import {emptyQuarantine} from '../../../engine/update/quarantine.ts';
import type {UpdateSettings} from '../../../engine/update/update-settings.ts';
import {emptyUpdaterState} from '../../../engine/update/updater-state.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from '../deployment/samples.ts';
import {defaultSettings, foundImage, reference} from './samples.ts';

/** In the window of the defaults. */
export const now = new Date('2026-03-02T03:00:00Z');
export const checked = new Date('2026-03-02T01:00:00Z');
/** Checked, with four hours and this machine's own part of one. */
export const nextCheck = '2026-03-02T05:32:05Z';
export const afterRecheck = '2026-03-02T03:05:00Z';
export const afterFailure = '2026-03-02T03:15:00Z';
export const noon = new Date('2026-03-02T12:00:00Z');

export const running = foundImage('a1', {imageVersion: '13.1'});
export const update = foundImage('c3', {imageVersion: '13.2'});
export const newer = foundImage('d4');
export const upToDate = afterCheck(undefined, reference, running, checked);
export const available = afterCheck(undefined, reference, update, checked);

export const booted: DeploymentSet = sampleMachine([sampleEntry(0)], 0);
export const staged: DeploymentSet = {
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
export const stagedDeployment = sampleDeployment(1, {
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

export function decide(situation: Situation): UpdateDecision {
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

export const alice = {id: '4', user: 'alice'};
export const failure = {code: 'unreachable', message: 'registry.example.com does not answer'};

/** What is decided in a situation, in which words, and when the machine looks again. */
export type Case = readonly [
	name: string,
	Situation,
	decision: string,
	text: string,
	again: string | undefined,
];

/** Of these alone nothing changes but by somebody's doing. */
const endless = ['off', 'not-deployed', 'no-reference', 'unpullable-reference'];

export function testDecisions(test: Test, cases: readonly Case[]): void {
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
			if (made.again === undefined) assert.ok(endless.includes(made.reason));
			else assert.ok(made.again > (situation.now ?? now), 'it looks again in the past');
		});
}
