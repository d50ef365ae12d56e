import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {machineFraction, machinePseudonym} from '../../../engine/update/machine-fraction.ts';

const test = suite('machine fraction');
const id = '0123456789abcdef0123456789abcdef';

test('is the same for all time', () => {
	assert.equal(
		[
			machineFraction(id, 'check'),
			machineFraction(id, 'rollout'),
			machinePseudonym(id, 'fleetlock'),
		],
		[0.5349463676745998, 0.3572266888277831, '4d2133d69d5cb63b0f93b9369e8458ef'],
	);
});

test('is spread evenly over machines, each purpose by itself', () => {
	const tenths = Array<number>(10).fill(0);
	let both = 0;
	for (let serial = 0; serial < 10_000; serial++) {
		const machineId = serial.toString(16).padStart(32, '0');
		const fraction = machineFraction(machineId, 'rollout');
		assert.ok(fraction >= 0 && fraction < 1);
		const tenth = Math.floor(fraction * 10);
		tenths[tenth] = (tenths[tenth] ?? 0) + 1;
		if (fraction < 0.1 && machineFraction(machineId, 'check') < 0.1) both++;
	}
	assert.ok(
		tenths.every((count) => count > 900 && count < 1100),
		tenths.join(' '),
	);
	assert.ok(both > 60 && both < 140, `${both}`);
});

test.run();
