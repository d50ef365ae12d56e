import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {Kernel} from '../../../engine/boot/kernel.ts';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {machineObstacle, softRebootObstacle} from '../../../engine/deployment/soft-reboot.ts';
import {stage} from '../../../engine/deployment/transitions.ts';
import {failed, fresh, sampleEntry, sampleMachine, sampleOrigin} from './samples.ts';

const test = suite('decision about a soft reboot');

const id = (serial: number): string => `3f2a9c1b4d5e.${serial}`;
const lineOf = (serial: number, verity = '', more = 'quiet panic=10'): string =>
	`root=UUID=1 rw composefs=${verity}${String(serial).repeat(64)} slipway=${id(serial)} ${more}`;
const startOf = (serial: number, kernel = 'slipway-k', commandLine = lineOf(serial)) => ({
	deploymentId: id(serial),
	kernel,
	commandLine,
});

const machine: DeploymentSet = {
	...sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1),
	starts: [startOf(2), startOf(1), startOf(0)],
};

for (const serial of [0, 2])
	test(`finds nothing against deployment ${serial} of the same kernel and arguments`, () =>
		assert.is(softRebootObstacle(machine, id(serial), true), undefined));

const obstacles: readonly (readonly [
	name: string,
	changes: Partial<DeploymentSet>,
	code: string,
	reason: string,
])[] = [
	[
		'another kernel',
		{starts: [startOf(2, 'slipway-other'), startOf(1)]},
		'other-kernel',
		'deployment 3f2a9c1b4d5e.2 has another kernel or initramfs',
	],
	[
		'another kernel argument',
		{starts: [startOf(2, 'slipway-k', lineOf(2, '', 'quiet panic=20')), startOf(1)]},
		'other-kernel-arguments',
		'deployment 3f2a9c1b4d5e.2 has other kernel arguments: -panic=10 +panic=20',
	],
	[
		'arguments in another order, of which the last counts',
		{starts: [startOf(2, 'slipway-k', lineOf(2, '', 'panic=10 quiet')), startOf(1)]},
		'other-kernel-arguments',
		'deployment 3f2a9c1b4d5e.2 has other kernel arguments: in another order',
	],
	[
		'another disk',
		{starts: [startOf(2, 'slipway-k', lineOf(2).replace('UUID=1', 'UUID=2')), startOf(1)]},
		'other-kernel-arguments',
		'deployment 3f2a9c1b4d5e.2 has other kernel arguments: -root=UUID=1 +root=UUID=2',
	],
	[
		'fs-verity that is not required any more',
		{starts: [startOf(2, 'slipway-k', lineOf(2, '?')), startOf(1)]},
		'other-kernel-arguments',
		'deployment 3f2a9c1b4d5e.2 has other kernel arguments: -composefs=DIGEST +composefs=?DIGEST',
	],
	[
		'an entry that starts what is not known',
		{starts: [startOf(1)]},
		'boot-files-unknown',
		'it is not known what the loader entry of 3f2a9c1b4d5e.2 starts',
	],
	[
		'a running entry of which that is not known',
		{starts: [startOf(2)]},
		'boot-files-unknown',
		'it is not known what the loader entry of 3f2a9c1b4d5e.1 starts',
	],
	[
		'attempts that are used up',
		{entries: [sampleEntry(1), sampleEntry(0), sampleEntry(2, failed)]},
		'deployment-failed',
		'deployment 3f2a9c1b4d5e.2 has used up its attempts to boot',
	],
	[
		'a running deployment that is on trial itself',
		{entries: [sampleEntry(2, fresh), sampleEntry(1, {left: 2, done: 1}), sampleEntry(0)]},
		'booted-not-good',
		'the running deployment is not known to be good',
	],
	[
		'entries that nobody has seen',
		{entries: undefined},
		'booted-not-good',
		'the running deployment is not known to be good',
	],
	[
		'the deployment that runs',
		{bootedId: id(2), entries: [sampleEntry(2), sampleEntry(1)]},
		'already-running',
		'deployment 3f2a9c1b4d5e.2 is the one that runs',
	],
];
for (const [name, changes, code, reason] of obstacles)
	test(`names ${name}`, () =>
		assert.equal(softRebootObstacle({...machine, ...changes}, id(2), true), {code, reason}));

test('asks for a systemd that knows it before anything else', () => {
	const obstacle = {
		code: 'soft-reboot-unknown',
		reason: 'the systemd of this system knows no soft reboot (254 and later do)',
	};
	assert.equal(machineObstacle({...machine, entries: undefined}, false), obstacle);
	assert.equal(softRebootObstacle(machine, id(1), false), obstacle);
	assert.is(machineObstacle(machine, true), undefined);
});

test('is made about an image before it is staged', () => {
	const file = (sha256: string) => ({path: '/x', size: 1, sha256: sha256.repeat(32)});
	const kernel: Kernel = {version: '6.12', linux: file('a1'), initramfs: file('b2')};
	const {sequence: _, pinned: __, ...origin} = sampleOrigin;
	const wanted = {origin, title: 'My OS', kernel, rootUuid: '1', verityRequired: true};
	const first = stage(machine, wanted);
	assert.is(softRebootObstacle(first.after, first.deployment.id, true)?.code, 'other-kernel');
	const running = first.after.starts?.find(
		({deploymentId}) => deploymentId === first.deployment.id,
	);
	assert.ok(running);
	const set = {...machine, starts: [{...running, deploymentId: id(1)}]};
	const second = stage(set, wanted);
	assert.is(softRebootObstacle(second.after, second.deployment.id, true), undefined);
	const kernelArguments = [...origin.kernelArguments, {argument: 'a=1', source: '/x'}];
	const third = stage(set, {...wanted, origin: {...origin, kernelArguments}});
	assert.match(
		softRebootObstacle(third.after, third.deployment.id, true)?.reason ?? '',
		/: \+a=1$/,
	);
});

test.run();
