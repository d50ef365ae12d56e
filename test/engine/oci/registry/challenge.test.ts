import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Challenge, parseChallenges} from '../../../../engine/oci/registry/challenge.ts';

const test = suite('challenges of registries');
const bearer = (parameters: Record<string, string>): Challenge => ({scheme: 'bearer', parameters});
const basic = (realm: string): Challenge => ({scheme: 'basic', parameters: {realm}});

const cases: readonly (readonly [header: string, challenges: readonly Challenge[]])[] = [
	['', []],
	['Basic', [{scheme: 'basic', parameters: {}}]],
	['BASIC Realm="A registry"', [basic('A registry')]],
	['Basic realm=plain', [basic('plain')]],
	['Basic realm = "spaced" ', [basic('spaced')]],
	['Basic realm="a \\"quoted\\" word"', [basic('a "quoted" word')]],
	[
		'Bearer realm="https://auth.example.com/token",service="registry",scope="repository:a:pull,push"',
		[
			bearer({
				realm: 'https://auth.example.com/token',
				service: 'registry',
				scope: 'repository:a:pull,push',
			}),
		],
	],
	['Bearer realm="x", Basic realm="y, z"', [bearer({realm: 'x'}), basic('y, z')]],
	[
		'Basic realm="y", Bearer realm="x",error="invalid_token"',
		[basic('y'), bearer({realm: 'x', error: 'invalid_token'})],
	],
	['Negotiate, Basic realm="y"', [{scheme: 'negotiate', parameters: {}}, basic('y')]],
	['Negotiate YWJj/+==, Basic realm="y"', [{scheme: 'negotiate', parameters: {}}, basic('y')]],
	[', ,Basic realm="y",,', [basic('y')]],
	['Bearer realm="not closed', [{scheme: 'bearer', parameters: {}}]],
	['=; Basic realm="y"', []],
];
for (const [header, challenges] of cases)
	test(`are read from ${JSON.stringify(header)}`, () => {
		assert.equal(parseChallenges(header), challenges);
	});

test('are read in no time, whatever is sent', () => {
	const start = performance.now();
	for (const piece of ['a', 'a=', '"', 'a="\\', ',', ' ', 'a '])
		parseChallenges(piece.repeat(16_384 / piece.length));
	assert.ok(performance.now() - start < 1000);
});

test.run();
