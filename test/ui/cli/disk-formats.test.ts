import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {SeveralRefusals} from '../../../installer/several-refusals.ts';
import {parseFormats} from '../../../ui/cli/disk-formats.ts';
import {slipway} from './run-program.ts';

const test = suite('formats of slipway disk');

test('are names with commas between them, in whatever order', () => {
	assert.equal(parseFormats('raw'), {disk: ['raw'], live: []});
	assert.equal(parseFormats('pxe,qcow2,raw,iso'), {
		disk: ['raw', 'qcow2'],
		live: ['iso', 'pxe'],
	});
	assert.equal(parseFormats('raw,'), {disk: ['raw'], live: []});
});

test('are asked for, and known', () => {
	for (const nothing of [undefined, '', ','])
		assert.throws(() => parseFormats(nothing), /^nobody said what to make$/);
	assert.throws(() => parseFormats('raw,rwa'), /^there is no format rwa$/);
	assert.throws(() => parseFormats('raw disk'), /^there is no format raw disk$/);
	assert.throws(
		() => parseFormats('raw,vhd,raw,oops'),
		(error: SeveralRefusals) =>
			error.message ===
				'there is no format vhd; there is no format oops; format raw is listed twice' &&
			error.hint?.startsWith('Did you mean vpc?'),
	);
});

test('have no firmware where they are for any', () => {
	const {status, stderr} = slipway(['disk', '--format', 'iso,pxe', '--firmware', 'bios', '/none']);
	assert.is(status, 2);
	assert.match(stderr, '--firmware is given, and pxe cannot have it');
});

test.run();
