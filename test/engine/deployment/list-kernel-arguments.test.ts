import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {listKernelArguments} from '../../../engine/deployment/list-kernel-arguments.ts';
import {Refused} from '../../../engine/errors.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('list kernel arguments');

const id = (serial: number): string => sampleDeployment(serial).id;
const quiet = {argument: 'quiet', source: '/usr/lib/slipway/kargs.d/10-quiet.toml'};
const bootc = {argument: 'a', source: '/usr/lib/bootc/kargs.d/a.toml'};
const given = {argument: 'console=ttyS0', source: 'install --karg'};
const own = {argument: 'b', source: '/etc/slipway/kargs.d/b.toml'};
const machine: DeploymentSet = {
	...sampleMachine([sampleEntry(1, fresh), sampleEntry(0)], 0),
	deployments: [
		sampleDeployment(0),
		sampleDeployment(1, {kernelArguments: [bootc, quiet, given, own]}),
	],
};

test('tells those of the running deployment', () => {
	assert.equal(listKernelArguments(machine, 'booted'), {
		deployment: id(0),
		kernelArguments: [{...quiet, owner: 'image'}],
	});
});

test('tells who has the say over each', () => {
	assert.equal(listKernelArguments(machine, 'staged'), {
		deployment: id(1),
		kernelArguments: [
			{...bootc, owner: 'image'},
			{...quiet, owner: 'image'},
			{...given, owner: 'install'},
			{...own, owner: 'machine'},
		],
	});
});

const unreadable = {id: id(0), origin: undefined, problem: 'version 2', unfinished: false} as const;
const refused: readonly (readonly [string, DeploymentSet, 'booted' | 'staged', string])[] = [
	['another machine', {...machine, bootedId: undefined}, 'booted', 'not-deployed'],
	['nothing staged', sampleMachine([sampleEntry(0)], 0), 'staged', 'nothing-staged'],
	[
		'what cannot be read',
		{...machine, deployments: [unreadable]},
		'booted',
		'unreadable-deployment',
	],
];
for (const [name, set, which, code] of refused)
	test(`refuses ${name}`, () => {
		try {
			listKernelArguments(set, which);
			assert.unreachable('listed them');
		} catch (error) {
			assert.instance(error, Refused);
			assert.is((error as Refused).code, code);
		}
	});

test.run();
