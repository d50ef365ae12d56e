import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {unreadableDeployments} from '../../../engine/deployment/verify-machine.ts';
import {sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('unreadable deployments');

const id = (serial: number): string => sampleDeployment(serial).id;
const damaged = {id: id(0), origin: undefined, problem: 'version 2', unfinished: false} as const;
const missing = {id: id(1), origin: undefined, problem: 'missing', unfinished: true} as const;
const machine: DeploymentSet = {
	...sampleMachine([sampleEntry(3), sampleEntry(2)], 3),
	deployments: [damaged, missing, sampleDeployment(2), sampleDeployment(3)],
};

const cases: readonly (readonly [string, DeploymentSet, readonly string[]])[] = [
	['are told, but for leftovers of a crash', machine, [id(0)]],
	['are told when they can be booted', {...machine, entries: [sampleEntry(1)]}, [id(0), id(1)]],
	['are told when they run', {...machine, bootedId: id(1)}, [id(0), id(1)]],
	['are told when nobody knows what is bootable', {...machine, entries: undefined}, [id(0), id(1)]],
	['are none on a machine that is whole', sampleMachine([sampleEntry(3)], 3), []],
];
for (const [title, set, expected] of cases)
	test(title, () => {
		const found = unreadableDeployments(set);
		assert.equal(
			found.map((one) => one.id),
			expected,
		);
	});

test('say what is wrong with them', () => {
	assert.equal(unreadableDeployments(machine), [{id: id(0), problem: 'version 2'}]);
});

test.run();
