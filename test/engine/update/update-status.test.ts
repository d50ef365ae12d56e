import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {recordBootState} from '../../../engine/boot/boot-state.ts';
import {
	afterCheck,
	afterFailedCheck,
	writeCachedUpdate,
} from '../../../engine/update/cached-update.ts';
import {
	type DecisionRecord,
	readDecisionRecord,
	recordOf,
	writeDecisionRecord,
} from '../../../engine/update/decision-record.ts';
import {
	emptyQuarantine,
	quarantineImage,
	writeQuarantine,
} from '../../../engine/update/quarantine.ts';
import {
	describeUpdate,
	type KnownOfUpdates,
	readMachineStatus,
} from '../../../engine/update/update-status.ts';
import {upgradeMachine} from '../../../engine/update/upgrade.ts';
import {makeMachine, writeFile} from '../deployment/made-machine.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from '../deployment/samples.ts';
import {foundImage, reference} from './samples.ts';
import {UpdatingMachine} from './updating-machine.ts';

const test = suite('status of updates');

const now = new Date('2026-03-02T03:00:00Z');
const booted = sampleMachine([sampleEntry(0)], 0);
const update = foundImage('c3', {imageVersion: '13.2', imageTimestamp: '2026-03-01T10:00:00Z'});
const cached = afterCheck(undefined, reference, update, now);
const wait = {act: 'wait', reason: 'rollout', text: 'not yet', again: now} as const;
const nothing: KnownOfUpdates = {
	deployments: booted,
	cached: undefined,
	quarantine: emptyQuarantine,
	record: undefined,
	problems: [],
};

test('is what was found, decided and left alone', () => {
	const failed = sampleDeployment(3, {imageVersion: '13.1'});
	const known = {
		...nothing,
		cached: afterFailedCheck(cached, reference, {code: 'no-answer', message: 'no answer'}, now),
		quarantine: quarantineImage(emptyQuarantine, failed, 'boot-failed', now),
		record: recordOf({deployments: booted, cached}, wait, now),
	};
	assert.equal(describeUpdate(known), {
		checked: now.toISOString(),
		lastError: {code: 'no-answer', message: 'no answer'},
		cachedUpdate: {
			version: '13.2',
			timestamp: '2026-03-01T10:00:00Z',
			digest: update.digest,
			imageDigest: update.manifestDigest,
			firstSeen: now.toISOString(),
			isDeployed: false,
		},
		decision: {
			act: 'wait',
			reason: 'rollout',
			text: 'not yet',
			time: now.toISOString(),
			again: now.toISOString(),
		},
		problems: [],
		quarantined: [
			{
				image: reference.image,
				version: '13.1',
				imageDigest: failed.origin.manifestDigest,
				imageVerity: failed.origin.imageVerity.digest,
				deployment: failed.id,
				reason: 'boot-failed',
				time: now.toISOString(),
			},
		],
	});
});

test('is empty where nobody has looked, and null where nothing is deployed', () => {
	assert.equal(describeUpdate(nothing), {
		checked: null,
		lastError: null,
		cachedUpdate: null,
		decision: null,
		problems: [],
		quarantined: [],
	});
	assert.is(describeUpdate({...nothing, deployments: {...booted, bootedId: undefined}}), null);
});

test('knows nothing of an image that the machine follows no more', () => {
	const other = {...reference, image: 'registry.example.com/other:latest'};
	const status = describeUpdate({...nothing, cached: afterCheck(undefined, other, update, now)});
	assert.equal([status?.cachedUpdate, status?.checked], [null, null]);
});

test('says that an image is deployed which is staged or runs', () => {
	const isDeployed = (known: Partial<KnownOfUpdates>) =>
		describeUpdate({...nothing, ...known})?.cachedUpdate?.isDeployed;
	const running = afterCheck(undefined, reference, foundImage('a1'), now);
	assert.is(isDeployed({cached: running}), true);
	const other = sampleDeployment(1, {manifestDigest: update.manifestDigest});
	const {configDigest: _, ...origin} = other.origin;
	const deployments = {
		...sampleMachine([sampleEntry(1, fresh), sampleEntry(0)], 0),
		deployments: [sampleDeployment(0), {...other, origin}],
	};
	assert.equal(
		[isDeployed({deployments, cached}), isDeployed({deployments, cached: running})],
		[true, false],
	);
});

test('has no decision about what has changed since', () => {
	const staged = sampleMachine([sampleEntry(1, fresh), sampleEntry(0)], 0);
	const record = recordOf({deployments: booted, cached}, wait, now);
	const decisionOf = (known: Partial<KnownOfUpdates>) =>
		describeUpdate({...nothing, cached, record, ...known})?.decision?.text;
	const newer = afterCheck(cached, reference, foundImage('d4'), now);
	assert.equal(
		[decisionOf({}), decisionOf({deployments: staged}), decisionOf({cached: newer})],
		['not yet', undefined, undefined],
	);
});

test('tells why nothing can be decided', () => {
	const record = recordOf({deployments: booted, cached}, {problem: 'mode is 3'}, now);
	const known = {...nothing, cached, record, problems: ['update.json is not JSON']};
	const {decision, problems} = describeUpdate(known) ?? {};
	assert.equal([decision, problems], [null, ['mode is 3', 'update.json is not JSON']]);
});

test('passes over a decision that it cannot read', async () => {
	using machine = await makeMachine(booted);
	const {root} = machine;
	assert.is(await readDecisionRecord(root), undefined);
	for (const text of ['', '{', '[]', '{"version": 2}', '{"version": 1, "time": "soon"}']) {
		writeFile(path.join(root, 'run/slipway/updater.json'), text);
		assert.is(await readDecisionRecord(root), undefined);
	}
	const record: DecisionRecord = recordOf({deployments: booted, cached}, wait, now);
	await writeDecisionRecord(record, root);
	assert.equal(await readDecisionRecord(root), record);
});

/** Reads the status again and again until the work is done; gives all that was read. */
async function readDuring(root: string, work: Promise<unknown>) {
	const read: Awaited<ReturnType<typeof readMachineStatus>>[] = [];
	let isDone = false;
	const finished = work.finally(() => {
		isDone = true;
	});
	while (!isDone) read.push(JSON.parse(JSON.stringify(await readMachineStatus(root))));
	await finished;
	return read;
}

test('is whole and true at any time while a machine is upgraded', async () => {
	using one = await UpdatingMachine.make();
	const {root, system} = one;
	const places = {root, environment: {}, includesHome: false};
	const upgrade = {name: 'slipway upgrade', places, until: 'staged'} as const;
	const work = async () => {
		for (const version of ['1', '2', '3']) {
			one.publish(version);
			await upgradeMachine(system, upgrade, root);
		}
	};
	const read = await readDuring(root, work());
	assert.ok(read.length >= 10, `${read.length} calls`);
	const staged = read.map(({status}) => Number(status.staged?.image?.version ?? 0));
	assert.equal(staged, staged.toSorted(), 'a staged one went away, or came back');
	for (const {status, update: known, warnings} of read) {
		assert.is(status.booted?.deployment.id, '3f2a9c1b4d5e.0');
		assert.is(status.rollbackQueued, false);
		assert.equal(known?.problems, []);
		assert.not(warnings.some(({code}) => code === 'boot-state-unknown'));
	}
});

test('is never without what is only being replaced', async () => {
	using machine = await makeMachine(booted);
	const {root, bootLoader} = machine;
	const physical = path.join(root, 'sysroot');
	const quarantine = quarantineImage(emptyQuarantine, sampleDeployment(3), 'rolled-back', now);
	const replace = async () => {
		await recordBootState(bootLoader, path.join(root, 'run/slipway/boot.json'));
		await writeCachedUpdate(physical, cached);
		await writeQuarantine(physical, quarantine);
		await writeDecisionRecord(recordOf({deployments: booted, cached}, wait, now), root);
	};
	await replace();
	const expected = await readMachineStatus(root);
	assert.is(expected.update?.decision?.reason, 'rollout');
	const work = async () => {
		for (let times = 0; times < 100; times++) await replace();
	};
	for (const status of await readDuring(root, work()))
		assert.equal(status, JSON.parse(JSON.stringify(expected)));
});

test.run();
