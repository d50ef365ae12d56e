import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {compareRpmVersions} from '../../../engine/packages/compare-rpm-versions.ts';

const test = suite('versions of rpm');

/** Oldest first; those in one row are the same. */
const ascending: readonly (readonly string[])[] = [
	['1.0~rc1-1'],
	['1.0-1', '1.00-1', '0:1.0-1', '1_0-1'],
	['1.0^20260101-1'],
	['1.0.a-1'],
	['1.0.1-1'],
	['1.1-1'],
	['1.1-2', '1.1-02'],
	['1.1-2.fc45'],
	['1.10-1'],
	['2-1'],
	['10-1'],
	['1:0-1'],
];

test('are ordered as rpm does', () => {
	for (const [at, row] of ascending.entries())
		for (const [otherAt, others] of ascending.entries())
			for (const one of row)
				for (const other of others)
					assert.is(
						Math.sign(compareRpmVersions(one, other)),
						Math.sign(at - otherAt),
						`${one} ${other}`,
					);
});

test.run();
