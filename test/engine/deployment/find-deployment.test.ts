import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {findDeployment} from '../../../engine/deployment/find-deployment.ts';
import {Refused} from '../../../engine/errors.ts';
import {sampleOrigin} from './samples.ts';

const test = suite('find deployment');

const ids = ['3f2a9c1b4d5e.1', '3f2a9c1b4d5e.10', '3f2b00000000.0', 'a00000000000.0'];
const set: DeploymentSet = {
	deployments: ids.map((id) => ({id, origin: sampleOrigin})),
	entries: [],
	bootedId: undefined,
};

const found: readonly (readonly [string, string])[] = [
	['3f2a9c1b4d5e.1', '3f2a9c1b4d5e.1'],
	['3f2a9c1b4d5e.10', '3f2a9c1b4d5e.10'],
	['3f2b', '3f2b00000000.0'],
	['a', 'a00000000000.0'],
];
for (const [text, id] of found)
	test(`takes ${text} for ${id}`, () => assert.is(findDeployment(set, text).id, id));

const refused: readonly (readonly [string, string, string, string])[] = [
	[
		'3f2a',
		'several-deployments',
		'"3f2a" may be any of 3f2a9c1b4d5e.1, 3f2a9c1b4d5e.10',
		'Give more of the ID.',
	],
	[
		'3f2a9c1b4d5e.2',
		'no-such-deployment',
		'there is no deployment "3f2a9c1b4d5e.2"',
		`This machine has: ${ids.join(', ')}.`,
	],
	['', 'no-such-deployment', 'there is no deployment ""', `This machine has: ${ids.join(', ')}.`],
];
for (const [text, code, message, hint] of refused)
	test(`refuses "${text}"`, () => {
		try {
			findDeployment(set, text);
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, Refused);
			const refusal = error as Refused;
			assert.equal([refusal.code, refusal.message, refusal.hint], [code, message, hint]);
		}
	});

test.run();
