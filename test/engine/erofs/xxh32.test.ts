import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {xxh32} from '../../../engine/erofs/xxh32.ts';

const test = suite('xxh32');

const xattrSeed = 0x25bbe08f;
const cases: [string, number, number][] = [
	['', 0, 0x02cc5d05],
	['overlay.metacopy', xattrSeed + 4, 0xdbe5e05f],
	['overlay.redirect', xattrSeed + 4, 0x887ec271],
	['overlay.opaque', xattrSeed + 4, 0x4ce0a7f4],
	['selinux', xattrSeed + 6, 0x9490146b],
	['capability', xattrSeed + 6, 0x8c47ac5d],
	['', xattrSeed + 2, 0x0857597e],
];
for (const [text, seed, expected] of cases) {
	test(`hashes ${JSON.stringify(text)} with seed ${seed}`, () => {
		assert.is(xxh32(Buffer.from(text), seed), expected);
	});
}

test.run();
