import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readBootState} from '../../../engine/boot/boot-state.ts';
import {changeMachine, openMachine} from '../../../engine/deployment/change-machine.ts';
import {readDeploymentSet} from '../../../engine/deployment/read-status.ts';
import {deleteDeployment, rollback, setPinned} from '../../../engine/deployment/transitions.ts';
import {type EngineError, Lacking, Refused} from '../../../engine/errors.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {makeMachine} from './made-machine.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('change machine');

const id = (serial: number): string => sampleDeployment(serial).id;
const staged = sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1);
const options = {name: 'slipway test'};

test('does what was decided, and leaves everything as the decision says', async () => {
	using machine = await makeMachine(staged);
	const {system, root} = machine;
	const {after} = await changeMachine(system, options, (set) => rollback(set), root);
	const {entries, damaged} = await machine.bootLoader.list();
	assert.equal(entries, [sampleEntry(0, undefined, 4), sampleEntry(1)]);
	assert.equal({...(await readDeploymentSet(root)), damagedEntries: damaged}, after);
	const recorded = await readBootState(path.join(root, 'run/slipway/boot.json'));
	assert.equal(recorded?.entries, entries);
	assert.equal(existsSync(path.join(root, 'run/slipway/physical')), false);
});

test('decides from the entries on the boot partition, not from what was last seen', async () => {
	using machine = await makeMachine(staged);
	const {system, root} = machine;
	await changeMachine(system, options, (set) => setPinned(set, id(0), true), root);
	await machine.bootLoader.bless(id(2));
	await changeMachine(
		system,
		options,
		(set) => {
			assert.equal(set.entries?.[0], sampleEntry(2));
			return {steps: [], after: set};
		},
		root,
	);
});

test('changes nothing in a dry run, and takes no lock', async () => {
	using machine = await makeMachine(staged);
	const {system, root} = machine;
	using _other = await openMachine(system, {name: 'slipway upgrade'}, root);
	const before = system.calls.length;
	const dryRun = {...options, dryRun: true};
	const {steps} = await changeMachine(system, dryRun, (set) => rollback(set), root);
	assert.is(steps.length, 3);
	assert.equal(
		system.calls.slice(before).map(({call}) => call),
		['capabilities', 'run'],
	);
	assert.equal((await machine.bootLoader.list()).entries, staged.entries);
});

test('of two changes at once the second waits, and decides from what the first left', async () => {
	using machine = await makeMachine(staged);
	const {system, root} = machine;
	const first = await openMachine(system, {name: 'slipway upgrade'}, root);
	const waits = Promise.withResolvers<ProgressEvent>();
	const second = changeMachine(
		system,
		{...options, progress: waits.resolve},
		(set) => deleteDeployment(set, id(0)),
		root,
	);
	assert.equal(await waits.promise, {
		type: 'step',
		step: 'wait',
		title: `Waiting for slipway upgrade (process ${process.pid})`,
	});
	await first.run(rollback(first.set, id(1)).steps);
	first[Symbol.dispose]();
	await second;
	assert.equal((await machine.bootLoader.list()).entries, [sampleEntry(1, undefined, 4)]);
	assert.equal(readdirSync(path.join(root, 'sysroot/state/deploy')), [id(1)]);
});

async function errorOf(act: () => Promise<unknown>): Promise<EngineError> {
	try {
		await act();
	} catch (error) {
		return error as EngineError;
	}
	return assert.unreachable('did it') as never;
}

test('lets go of the machine when the decision is no', async () => {
	using machine = await makeMachine(staged);
	const {system, root} = machine;
	const remove = () =>
		changeMachine(system, {...options, wait: false}, (set) => deleteDeployment(set, id(1)), root);
	for (const _ of [1, 2]) assert.is((await errorOf(remove)).code, 'deployment-booted');
	assert.equal(existsSync(path.join(root, 'run/slipway/physical')), false);
	using _other = await openMachine(system, options, root);
	assert.is((await errorOf(remove)).code, 'machine-busy');
});

test('records the entries also when a step fails after others', async () => {
	using machine = await makeMachine(staged);
	const {system, root} = machine;
	using open = await openMachine(system, options, root);
	const failing = [
		{kind: 'remove-entries', ids: [id(2)]},
		{kind: 'set-default', id: '000000000000.7'},
	] as const;
	assert.is((await errorOf(() => open.run(failing))).code, 'no-boot-entry');
	const recorded = await readBootState(path.join(root, 'run/slipway/boot.json'));
	assert.equal(recorded?.entries, [sampleEntry(1), sampleEntry(0)]);
});

test('needs a machine of ours, and root', async () => {
	const nothing = (set: Parameters<typeof rollback>[0]) => ({steps: [], after: set});
	using other = await makeMachine({...staged, bootedId: undefined});
	const refused = await errorOf(() => changeMachine(other.system, options, nothing, other.root));
	assert.instance(refused, Refused);
	assert.is(refused.code, 'not-deployed');
	using machine = await makeMachine(staged);
	for (const dryRun of [true, false]) {
		const lacking = await errorOf(() =>
			changeMachine(fakeSystem(), {...options, dryRun}, nothing, machine.root),
		);
		assert.instance(lacking, Lacking);
		assert.is(lacking.code, 'not-root');
	}
});

test.run();
