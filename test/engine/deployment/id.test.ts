import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isDeploymentId, nextDeploymentId} from '../../../engine/deployment/id.ts';

const test = suite('deployment ID');
const digest = '3f2a9c1b4d5e'.padEnd(64, '7');

const cases: readonly (readonly [string, readonly string[], string])[] = [
	['starts at serial 0', [], '3f2a9c1b4d5e.0'],
	[
		'counts on from the highest serial',
		['3f2a9c1b4d5e.0', '3f2a9c1b4d5e.10', '3f2a9c1b4d5e.9'],
		'3f2a9c1b4d5e.11',
	],
	['leaves gaps alone', ['3f2a9c1b4d5e.4'], '3f2a9c1b4d5e.5'],
	['counts each image by itself', ['000000000000.3'], '3f2a9c1b4d5e.0'],
	[
		'passes over other names',
		['3f2a9c1b4d5e.x', '3f2a9c1b4d5e', 'x3f2a9c1b4d5e.8', 'lost+found'],
		'3f2a9c1b4d5e.0',
	],
];
for (const [title, existing, expected] of cases)
	test(title, () => assert.is(nextDeploymentId(digest, existing), expected));

test('takes the beginning of a SHA-512 digest as well', () => {
	assert.is(nextDeploymentId(digest.padEnd(128, '1'), []), '3f2a9c1b4d5e.0');
});

test('tells IDs from other names', () => {
	for (const id of ['3f2a9c1b4d5e.0', '000000000000.123456789']) assert.ok(isDeploymentId(id), id);
	for (const name of [
		'',
		'3f2a9c1b4d5e',
		'3f2a9c1b4d5e.',
		'3f2a9c1b4d5e.01',
		'3F2A9C1B4D5E.0',
		'3f2a9c1b4d5.0',
		'3f2a9c1b4d5e.0/..',
		'3f2a9c1b4d5e.0\n',
	])
		assert.not(isDeploymentId(name), JSON.stringify(name));
});

test.run();
