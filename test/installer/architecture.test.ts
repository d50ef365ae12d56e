import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking} from '../../engine/errors.ts';
import {hostArchitecture} from '../../installer/architecture.ts';

const test = suite('architecture');

test('has the names that kernel, images, firmware and partition types give it', () => {
	assert.equal(hostArchitecture('arm64'), {
		kernel: 'aarch64',
		oci: 'arm64',
		efi: 'aa64',
		partition: 'arm64',
	});
});

test('is refused where no machine can be installed, saying which can', () => {
	assert.throws(
		() => hostArchitecture('s390x'),
		(error: unknown) =>
			error instanceof Lacking &&
			error.message === 'slipway does not boot on s390x' &&
			error.hint === 'Use a machine with x86_64 or aarch64.',
	);
});

test.run();
