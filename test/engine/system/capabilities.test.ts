import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {parseCapabilities} from '../../../engine/system/capabilities.ts';

const test = suite('capabilities');

test('are named by the bits of the effective set', () => {
	const status = 'Name:\tnode\nCapPrm:\tffffffffffffffff\nCapEff:\t0000018000200001\nSeccomp:\t0\n';
	assert.equal([...parseCapabilities(status)], ['CHOWN', 'SYS_ADMIN', 'BPF', 'CHECKPOINT_RESTORE']);
});

test('are none for a process without any', () => {
	assert.equal([...parseCapabilities('CapEff:\t0000000000000000\n')], []);
});

test('are not guessed when the kernel does not tell', () => {
	assert.throws(
		() => parseCapabilities('Name:\tnode\n'),
		(error: unknown) => error instanceof DamagedInput,
	);
});

test.run();
