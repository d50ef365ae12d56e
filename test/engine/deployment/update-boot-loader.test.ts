import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootArchitecture} from '../../../engine/boot/architecture.ts';
import {placesOnEsp} from '../../../engine/boot/systemd-boot-files.ts';
import {updateBootLoader} from '../../../engine/deployment/update-boot-loader.ts';
import {Lacking, Refused} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {systemdBootProgram} from '../boot/efi-programs.ts';
import {type MadeMachine, makeMachine} from './made-machine.ts';
import {failed, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('update of the boot loader of this machine');

const {efi} = bootArchitecture();
const {own, fallback} = placesOnEsp(efi);
const old = systemdBootProgram('257.8-1');
const fresh = systemdBootProgram('257.9-1');
const options = {name: 'slipway boot-loader update'};

const good = sampleMachine([sampleEntry(1), sampleEntry(0)], 1);

function put(file: string, bytes: Buffer): void {
	mkdirSync(path.dirname(file), {recursive: true});
	writeFileSync(file, bytes);
}

/** @param image what the running image has as systemd-boot */
async function machineWith(set: typeof good, image: Buffer | undefined): Promise<MadeMachine> {
	const machine = await makeMachine(set);
	for (const place of [own, fallback]) put(path.join(machine.esp, place), old);
	const inImage = path.join(machine.root, `usr/lib/systemd/boot/efi/systemd-boot${efi}.efi`);
	if (image !== undefined) put(inImage, image);
	return machine;
}

const copiesOf = ({esp}: MadeMachine): Buffer[] =>
	[own, fallback].map((place) => readFileSync(path.join(esp, place)));

test('follows the image of a deployment that is known to be good', async () => {
	using machine = await machineWith(good, fresh);
	const {system, root} = machine;
	const copies = [own, fallback].map((place) => ({
		path: place,
		state: 'older',
		version: '257.8-1',
		replace: true,
	}));
	const update = {offered: '257.9-1', isGood: true, copies};
	assert.equal(await updateBootLoader(system, {...options, dryRun: true}, root), update);
	assert.equal(copiesOf(machine), [old, old]);
	assert.not.ok(existsSync(path.join(root, 'run/slipway/lock')));

	assert.equal(await updateBootLoader(system, options, root), update);
	assert.equal(copiesOf(machine), [fresh, fresh]);
	const {copies: after} = await updateBootLoader(system, options, root);
	assert.equal(
		after.map(({state, replace}) => [state, replace]),
		[
			['same', false],
			['same', false],
		],
	);
});

const notGood: readonly (readonly [string, typeof good])[] = [
	['is still tried', sampleMachine([sampleEntry(1, {left: 2, done: 1}), sampleEntry(0)], 1)],
	['was picked by hand after it had failed', sampleMachine([sampleEntry(1, failed)], 1)],
	['has no entry', {...good, entries: [sampleEntry(0)]}],
];
for (const [which, set] of notGood)
	test(`waits while the deployment ${which}`, async () => {
		using machine = await machineWith(set, fresh);
		const {isGood, copies} = await updateBootLoader(machine.system, options, machine.root);
		assert.equal([isGood, copies.length], [false, 2]);
		assert.equal(copiesOf(machine), [old, old]);
	});

test('keeps the newer one of the image that was rolled back', async () => {
	const set = sampleMachine([sampleEntry(0, undefined, 3), sampleEntry(1)], 0);
	using machine = await machineWith(set, systemdBootProgram('252.39-1'));
	const {copies} = await updateBootLoader(machine.system, options, machine.root);
	assert.equal(
		copies.map(({state}) => state),
		['newer', 'newer'],
	);
	assert.equal(copiesOf(machine), [old, old]);
});

test('has nothing to follow in an image without systemd-boot', async () => {
	using machine = await machineWith(good, undefined);
	assert.equal(await updateBootLoader(machine.system, options, machine.root), {
		offered: undefined,
		isGood: true,
		copies: [],
	});
	assert.equal(copiesOf(machine), [old, old]);
});

test('is for root, on a machine that is deployed', async () => {
	using machine = await machineWith(good, fresh);
	const {root} = machine;
	for (const [system, place, code] of [
		[fakeSystem(), root, 'not-root'],
		[machine.system, path.join(root, 'nowhere'), 'not-deployed'],
	] as const)
		try {
			await updateBootLoader(system, options, place);
			assert.unreachable('did it');
		} catch (error) {
			assert.ok(error instanceof Refused || error instanceof Lacking, String(error));
			assert.is(error.code, code);
		}
	assert.equal(copiesOf(machine), [old, old]);
});

test.run();
