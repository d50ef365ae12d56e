import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatOrigin, type Origin, parseOrigin} from '../../../engine/deployment/origin.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';
import {sampleOrigin} from './samples.ts';

const test = suite('origin');
const file = 'origin.json';

test('gives back what was written', () => {
	assert.equal(parseOrigin(formatOrigin(sampleOrigin), file), sampleOrigin);
});

test('needs no more than is always known', () => {
	const {imageVerity, kernelArguments, sequence, created, pinned, installed} = sampleOrigin;
	const least: Origin = {
		version: 1,
		image: null,
		imageVerity,
		kernelArguments,
		sequence,
		created,
		pinned,
		installed,
	};
	assert.equal(parseOrigin(formatOrigin(least), file), least);
});

test('names the layers of its image', () => {
	const layered = {...sampleOrigin, layers: [`sha256:${'c3'.repeat(32)}`]};
	assert.equal(parseOrigin(formatOrigin(layered), file), layered);
});

test('keeps what a later slipway adds to this version', () => {
	const later = {...sampleOrigin, health: {checks: 3}};
	assert.equal(parseOrigin(formatOrigin(later), file), later);
});

function expectDamage(text: string, message: string): DamagedInput {
	try {
		parseOrigin(text, file);
	} catch (error) {
		assert.instance(error, DamagedInput);
		assert.is((error as DamagedInput).message, message);
		return error as DamagedInput;
	}
	return assert.unreachable('took it') as never;
}

test('refuses a newer version and says who can read it', () => {
	const {hint} = expectDamage('{"version": 2}', 'origin.json has version 2, this slipway knows 1');
	assert.is(hint, 'A newer slipway wrote it. Boot the newer deployment to change it.');
});

const refused: readonly (readonly [string, unknown, string])[] = [
	['no object', [], 'origin.json: version is missing'],
	['no version', {...sampleOrigin, version: undefined}, 'origin.json: version is missing'],
	[
		'a digest of no known kind',
		{...sampleOrigin, manifestDigest: 'md5:00'},
		'origin.json: manifestDigest is "md5:00", expected a digest, sha256:…',
	],
	[
		'a layer that is a path',
		{...sampleOrigin, layers: ['../../x']},
		'origin.json: layers.0 is "../../x", expected a digest, sha256:…',
	],
	[
		'an fs-verity digest that is a path',
		{...sampleOrigin, imageVerity: {algorithm: 'sha256', digest: '../../x'}},
		'origin.json: imageVerity.digest is "../../x", expected an fs-verity digest in hex',
	],
	[
		'an unknown transport',
		{...sampleOrigin, image: {image: 'a', transport: 'ftp'}},
		'origin.json: image.transport is "ftp", expected a transport such as registry',
	],
	[
		'a sequence that is no count',
		{...sampleOrigin, sequence: -1},
		'origin.json: sequence is -1, expected >=0',
	],
	[
		'a kernel argument without source',
		{...sampleOrigin, kernelArguments: [{argument: 'quiet'}]},
		'origin.json: kernelArguments.0.source is missing',
	],
	[
		'no time',
		{...sampleOrigin, created: 'yesterday'},
		'origin.json: created is "yesterday", expected a time such as 2026-03-01T12:00:00Z',
	],
];
for (const [name, json, message] of refused)
	test(`refuses ${name}`, () => void expectDamage(JSON.stringify(json), message));

test('refuses what is not JSON', () =>
	void expectDamage('{"version": 1', 'origin.json is not JSON'));

test('gives an origin or a clean error for damaged text', () => {
	const random = seededRandom(7);
	const original = Buffer.from(formatOrigin(sampleOrigin));
	for (let round = fuzzRounds(2_000); round > 0; round--) {
		try {
			const origin = parseOrigin(mutate(original, random).toString(), file);
			assert.equal(parseOrigin(formatOrigin(origin), file), origin);
		} catch (error) {
			if (!(error instanceof DamagedInput)) throw error;
		}
	}
});

test.run();
