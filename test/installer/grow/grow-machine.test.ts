import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {growthMark, growthProblemFile} from '../../../engine/deployment/root-growth.ts';
import {Refused} from '../../../engine/errors.ts';
import type {System} from '../../../engine/system/system.ts';
import {GiB} from '../../../installer/disk/size.ts';
import {growMachine} from '../../../installer/grow/grow-machine.ts';
import {type MadeMachine, makeMachine, writeFile} from '../../engine/deployment/made-machine.ts';
import {sampleEntry, sampleMachine} from '../../engine/deployment/samples.ts';
import {sampleRoot} from './sample-root.ts';

const test = suite('growth of this machine');

const options = {name: 'slipway grow'};
/** Only the file system is still to grow, so that nothing is read back. */
const almost = sampleRoot({fileSystem: {size: GiB / 2}});
const grown =
	'unshare --mount sh -c mount -o remount,bind,rw "$1" && shift && exec "$@" sh /sysroot resize2fs /dev/vda2';

async function markedMachine(): Promise<MadeMachine> {
	const machine = await makeMachine(sampleMachine([sampleEntry(0)], 0));
	writeFile(path.join(machine.root, 'sysroot', growthMark), '\n');
	return machine;
}

const marks = ({root}: MadeMachine): readonly boolean[] => [
	existsSync(path.join(root, 'sysroot', growthMark)),
	existsSync(path.join(root, growthProblemFile)),
];

test('takes the mark away when the root has grown', async () => {
	using machine = await markedMachine();
	const {system, root} = machine;
	writeFile(path.join(root, growthProblemFile), '{}');
	const {steps} = await growMachine(system, options, root, async () => almost);
	assert.equal(steps, [{kind: 'file-system'}]);
	assert.equal(system.commandLines(), [grown]);
	assert.equal(marks(machine), [false, false]);
});

test('takes it away where there is nothing to do, and does without one', async () => {
	using machine = await markedMachine();
	const {system, root} = machine;
	for (const _ of [1, 2]) await growMachine(system, options, root, async () => sampleRoot());
	assert.equal(system.commandLines(), []);
	assert.equal(marks(machine), [false, false]);
});

test('changes nothing when it is only to tell', async () => {
	using machine = await markedMachine();
	const {system, root} = machine;
	const {steps} = await growMachine(system, {...options, dryRun: true}, root, async () => almost);
	assert.equal(steps, [{kind: 'file-system'}]);
	assert.equal(
		system.calls.filter(({call}) => call !== 'capabilities'),
		[],
	);
	assert.equal(marks(machine), [true, false]);
});

test('leaves the mark after a failure, and says why', async () => {
	using machine = await markedMachine();
	const {system, root} = machine;
	const look = async () => {
		throw new Refused('not-gpt', 'it is an MBR', {hint: 'Do it by hand.'});
	};
	await growMachine(system, options, root, look).then(
		() => assert.unreachable(),
		(error: unknown) => assert.instance(error, Refused),
	);
	assert.equal(marks(machine), [true, true]);
	assert.equal(JSON.parse(readFileSync(path.join(root, growthProblemFile), 'utf8')), {
		version: 1,
		message: 'it is an MBR',
		hint: 'Do it by hand.',
	});
	assert.is((await machine.system.lock(path.join(root, 'run/slipway/lock')))(), undefined);
});

test('names the program that the image lacks', async () => {
	using machine = await markedMachine();
	const {root} = machine;
	const run: System['run'] = async () => ({status: 127, stdout: '', stderr: 'not found'});
	const system = Object.assign(Object.create(machine.system) as System, {run});
	await growMachine(system, options, root, async () => almost).then(
		() => assert.unreachable(),
		(error: unknown) => assert.match(String(error), 'resize2fs is not installed'),
	);
	assert.equal(marks(machine), [true, true]);
});

test.run();
