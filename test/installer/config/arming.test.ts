import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {MachineMatch} from '../../../installer/answers/answers.ts';
import {mayWipe, type WipeRequest} from '../../../installer/config/arming.ts';

const test = suite('leave to wipe by a configuration');

const machine = {serial: 'ABC123 ', dmiUuid: '4C4C4544-0042', macs: ['52:54:00:12:34:56']};
const found: WipeRequest = {
	origin: 'found',
	permits: {kernelArgument: false, embedded: false},
	arm: [],
	machine,
};

test('is there when a person named it', () => {
	assert.equal(mayWipe({...found, origin: 'named'}), {mayWipe: true});
});

test('is not there when it merely was found', () => {
	assert.equal(mayWipe(found), {
		mayWipe: false,
		why: 'the configuration was found, not named, and names no machine',
	});
});

test('comes from the kernel command line, or from who made the medium', () => {
	for (const permits of [
		{kernelArgument: true, embedded: false},
		{kernelArgument: false, embedded: true},
	])
		assert.equal(mayWipe({...found, permits}), {mayWipe: true});
});

for (const [arm, isArmed] of [
	[[{serial: 'ABC123'}], true],
	[[{serial: 'other'}, {mac: '52:54:00:12:34:56'}], true],
	[[{dmiUuid: '4c4c4544-0042', serial: 'abc123'}], true],
	[[{dmiUuid: '4c4c4544-0042', serial: 'other'}], false],
	[[{mac: '52:54:00:12:34:57'}], false],
	[[{}], false],
] as readonly (readonly [readonly MachineMatch[], boolean])[])
	test(`${isArmed ? 'comes' : 'does not come'} from ${JSON.stringify(arm)}`, () => {
		assert.is(mayWipe({...found, arm}).mayWipe, isArmed);
	});

test('does not come from what a machine does not say of itself', () => {
	const silent = {serial: undefined, dmiUuid: undefined, macs: []};
	assert.equal(mayWipe({...found, arm: [{serial: 'undefined'}], machine: silent}), {
		mayWipe: false,
		why: 'the configuration was found, not named, and is for other machines',
	});
});

test.run();
