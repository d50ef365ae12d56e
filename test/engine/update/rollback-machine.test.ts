import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {readPreparedSoftReboot} from '../../../engine/deployment/soft-reboot-file.ts';
import {rollback} from '../../../engine/deployment/transitions.ts';
import type {EngineError} from '../../../engine/errors.ts';
import {
	emptyQuarantine,
	quarantineImage,
	readQuarantine,
	writeQuarantine,
} from '../../../engine/update/quarantine.ts';
import {leavingFor, rollbackMachine} from '../../../engine/update/rollback-machine.ts';
import {type MadeMachine, makeMachine, writeFile} from '../deployment/made-machine.ts';
import {fresh, sampleDeployment, sampleEntry} from '../deployment/samples.ts';

const test = suite('rollback of a machine');
const options = {name: 'slipway rollback'};
const id = (serial: number): string => `3f2a9c1b4d5e.${serial}`;

/** Each of an image of its own, unless `digits` says otherwise. */
function deployment(serial: number, digits = `a${serial}`) {
	return sampleDeployment(serial, {
		manifestDigest: `sha256:${digits.repeat(32)}`,
		configDigest: `sha256:${'c'.repeat(32)}${digits.repeat(16)}`,
		imageVerity: {algorithm: 'sha256', digest: digits.repeat(32)},
	});
}

/** Runs the second of three versions, the third is staged. */
const three: DeploymentSet = {
	deployments: [deployment(0), deployment(1), deployment(2)],
	entries: [sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)],
	bootedId: id(1),
};

const cases: readonly (readonly [
	name: string,
	set: DeploymentSet,
	wanted: string | undefined,
	left: readonly string[],
])[] = [
	['what runs and what was to come, for one before them', three, undefined, [id(1), id(2)]],
	['what was to come, for what runs', three, id(1), [id(2)]],
	['nothing, for what is to come anyway', three, id(2), []],
	[
		'nothing, on the way to a newer one',
		{
			...three,
			entries: [sampleEntry(0, undefined, 9), sampleEntry(2), sampleEntry(1)],
			bootedId: id(0),
		},
		id(2),
		[],
	],
	[
		'nothing, for the same image with other kernel arguments',
		{...three, deployments: [deployment(0, 'a1'), deployment(1), deployment(2, 'a1')]},
		undefined,
		[],
	],
];
for (const [name, set, wanted, left] of cases)
	test(`leaves behind ${name}`, () => {
		const leaving = leavingFor(set, rollback(set, wanted));
		assert.equal(
			leaving.left.map((one) => one.id),
			left,
		);
	});

async function quarantined({root}: MadeMachine) {
	const {content = emptyQuarantine} = await readQuarantine(path.join(root, 'sysroot'));
	return content.images.map(({deploymentId, reason}) => [deploymentId, reason]);
}

test('keeps the updater from what was left, and no more from what is wanted again', async () => {
	using machine = await makeMachine(three);
	const {system, root} = machine;
	await rollbackMachine(system, options, undefined, root);
	assert.equal(await quarantined(machine), [
		[id(1), 'rolled-back'],
		[id(2), 'rolled-back'],
	]);
	await rollbackMachine(system, options, id(1), root);
	assert.equal(await quarantined(machine), [[id(2), 'rolled-back']]);
	assert.is((await machine.bootLoader.list()).entries[0]?.deploymentId, id(1));
});

test('lets nothing go that failed, though a person boots it', async () => {
	using machine = await makeMachine(three);
	const {system, root} = machine;
	const failed = quarantineImage(emptyQuarantine, deployment(0), 'boot-failed', new Date(0));
	await writeQuarantine(path.join(root, 'sysroot'), failed);
	await rollbackMachine(system, options, id(0), root);
	assert.equal((await quarantined(machine))[0], [id(0), 'boot-failed']);
});

test('prepares a soft reboot to where it goes, or does not go there', async () => {
	using machine = await makeMachine(three);
	const {system, root} = machine;
	const required = {...options, softReboot: 'required'} as const;
	const refused = await rollbackMachine(system, required, undefined, root).then(
		() => assert.unreachable('did it'),
		(error: unknown) => error as EngineError,
	);
	assert.is(refused?.code, 'soft-reboot-unknown');
	assert.equal(
		[await quarantined(machine), (await machine.bootLoader.list()).entries],
		[[], three.entries],
	);
	for (const name of ['systemd', 'slipway'])
		writeFile(path.join(root, `usr/lib/systemd/system/${name}-soft-reboot.service`), '');
	const preview = await rollbackMachine(system, {...required, dryRun: true}, undefined, root);
	assert.equal(
		[preview.softReboot, await readPreparedSoftReboot(root)],
		[{prepared: true}, undefined],
	);
	await rollbackMachine(system, required, undefined, root);
	assert.is(await readPreparedSoftReboot(root), id(0));
	const {softReboot} = await rollbackMachine(system, required, id(1), root);
	assert.is(softReboot, undefined, 'that is the one that runs');
	assert.is(await readPreparedSoftReboot(root), undefined);
});

test('changes nothing in a dry run, and when it cannot be done', async () => {
	using machine = await makeMachine(three);
	const {system, root} = machine;
	const {transition} = await rollbackMachine(system, {...options, dryRun: true}, undefined, root);
	assert.is(transition.steps.length, 3);
	const refused = await rollbackMachine(system, options, '9', root).then(
		() => assert.unreachable('did it'),
		(error: unknown) => error as EngineError,
	);
	assert.is(refused?.code, 'no-such-deployment');
	assert.equal(await quarantined(machine), []);
	assert.equal((await machine.bootLoader.list()).entries, three.entries);
});

test.run();
