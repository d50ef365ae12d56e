import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isPasswordHash} from '../../../installer/config/password-hash.ts';
import {sha512Hash} from './sample-configs.ts';

const test = suite('hashes');

for (const [hash, isHash] of [
	[sha512Hash, true],
	[sha512Hash.replace('$6$', '$6$rounds=5000$'), true],
	['$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8', true],
	['$2b$12$WApznUOJfkEGSmYRfnkrPOr466oFDCaj4b6HY3EXGvfxm43seyhgC', true],
	['$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7', true],
	[sha512Hash.slice(0, -1), false],
	[`${sha512Hash}:`, false],
	['$1$saltstri$YMyguxXMBpd2TEZ.vS/3q1', false],
	['ab01FAX.bQRSU', false],
	['hunter2', false],
	['!', false],
	['', false],
] as const)
	test(`${isHash ? 'knows' : 'refuses'} the hash ${hash.slice(0, 16)}`, () => {
		assert.is(isPasswordHash(hash), isHash);
	});

test.run();
