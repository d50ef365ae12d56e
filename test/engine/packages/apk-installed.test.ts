import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseApkInstalled} from '../../../engine/packages/apk-installed.ts';

const test = suite('database of apk');

test('has name and version of each package', () => {
	const text = `C:Q1gB=
P:musl
V:1.2.5-r9
A:x86_64
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755

C:Q1hC=
P:busybox
V:1.37.0-r12
T:Size optimized toolbox

P:incomplete

`;
	assert.equal(
		[...parseApkInstalled(text)],
		[
			['musl', '1.2.5-r9'],
			['busybox', '1.37.0-r12'],
		],
	);
	assert.equal([...parseApkInstalled('')], []);
});

test.run();
