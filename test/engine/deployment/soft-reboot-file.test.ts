import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {changeMachine} from '../../../engine/deployment/change-machine.ts';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {readDeploymentSet} from '../../../engine/deployment/read-status.ts';
import {
	dropStaleSoftReboot,
	knowsSoftReboot,
	readPreparedSoftReboot,
	removeSoftReboot,
	softRebootFile,
	writeSoftReboot,
} from '../../../engine/deployment/soft-reboot-file.ts';
import {collect, rollback, setPinned} from '../../../engine/deployment/transitions.ts';
import {type MadeMachine, makeMachine, writeFile} from './made-machine.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite<{machine: MadeMachine; set: DeploymentSet}>('prepared soft reboot');

const id = (serial: number): string => sampleDeployment(serial).id;
const options = {name: 'slipway test'};

test.before.each(async (context) => {
	const staged = sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1);
	context.machine = await makeMachine(staged);
	const {starts = []} = await context.machine.bootLoader.list();
	context.set = {...staged, starts};
});
test.after.each(({machine}) => machine[Symbol.dispose]());

test('is the command line of where it leads, and whether that is on trial', async ({
	machine: {root},
	set,
}) => {
	const file = path.join(root, softRebootFile);
	assert.is(await readPreparedSoftReboot(root), undefined);
	for (const [serial, mark] of [
		[2, ' slipway.trial'],
		[0, ''],
	] as const) {
		await writeSoftReboot(set, id(serial), root);
		const line = `root=UUID=6d1a-22 rw composefs=00 slipway=${id(serial)} quiet`;
		assert.is(readFileSync(file, 'utf8'), `${line}${mark}\n`);
		assert.is(await readPreparedSoftReboot(root), id(serial));
	}
	await removeSoftReboot(root);
	await removeSoftReboot(root);
	assert.not(existsSync(file));
});

test('is taken back once a whole reboot would lead elsewhere', async ({machine: {root}, set}) => {
	const cases: readonly (readonly [Partial<DeploymentSet>, string | undefined])[] = [
		[{}, id(2)],
		[
			{
				entries: [sampleEntry(3, fresh), ...(set.entries ?? [])],
				deployments: [...set.deployments, sampleDeployment(3)],
			},
			undefined,
		],
		[{entries: [sampleEntry(1), sampleEntry(0)]}, undefined],
		[{bootedId: id(2)}, undefined],
		[{entries: undefined}, undefined],
	];
	for (const [changes, prepared] of cases) {
		await writeSoftReboot(set, id(2), root);
		await dropStaleSoftReboot({...set, ...changes}, root);
		assert.is(await readPreparedSoftReboot(root), prepared);
	}
});

test('does not outlive a change that leads elsewhere, and outlives others', async ({
	machine: {system, root},
	set,
}) => {
	await writeSoftReboot(set, id(2), root);
	await changeMachine(system, options, (now) => setPinned(now, id(0), true), root);
	assert.is(await readPreparedSoftReboot(root), id(2));
	await changeMachine(system, options, (now) => rollback(now), root);
	assert.is(await readPreparedSoftReboot(root), undefined);
});

test('leads to what collection keeps', async ({machine: {system, root}, set}) => {
	for (const serial of [2, 0]) {
		if (serial === 0) await changeMachine(system, options, (now) => rollback(now), root);
		await writeSoftReboot(set, id(serial), root);
		await changeMachine(system, options, collect, root);
		assert.is(await readPreparedSoftReboot(root), id(serial));
		const {deployments} = await readDeploymentSet(root);
		assert.ok(deployments.some((one) => one.id === id(serial)));
	}
});

test('takes a systemd and an image that know it', async ({machine: {root}}) => {
	const units = path.join(root, 'usr/lib/systemd/system');
	assert.is(await knowsSoftReboot(root), false);
	writeFile(path.join(units, 'systemd-soft-reboot.service'), '');
	assert.is(await knowsSoftReboot(root), false);
	writeFile(path.join(units, 'slipway-soft-reboot.service'), '');
	assert.is(await knowsSoftReboot(root), true);
});

test.run();
