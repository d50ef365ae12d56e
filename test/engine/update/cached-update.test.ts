import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	afterCheck,
	afterFailedCheck,
	type CachedUpdate,
	follows,
	isSameImage,
	readCachedUpdate,
	writeCachedUpdate,
} from '../../../engine/update/cached-update.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';
import {foundImage, reference} from './samples.ts';

const test = suite<{root: string}>('cached update');
const first = new Date('2026-03-02T08:00:00Z');
const later = new Date('2026-03-02T12:00:00Z');
const failure = {code: 'registry-unreachable', message: 'registry.example.com does not answer'};

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'cached-update-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

const found = foundImage('c3', {
	configDigest: `sha256:${'c4'.repeat(32)}`,
	imageVersion: '13.2',
	imageTimestamp: '2026-03-01T10:00:00Z',
	rollout: {start: '2026-03-01T12:00:00Z', durationMs: 1000},
});

test('is written for everybody and read again', async ({root}) => {
	const cached = afterFailedCheck(
		afterCheck(undefined, reference, found, first),
		reference,
		failure,
		later,
	);
	await writeCachedUpdate(root, cached);
	assert.equal(await readCachedUpdate(root), {content: cached, problem: undefined});
	const file = path.join(root, 'state/update.json');
	assert.is(statSync(file).mode & 0o777, 0o644);
	assert.equal(JSON.parse(readFileSync(file, 'utf8')), {
		version: 1,
		reference,
		checked: '2026-03-02T12:00:00.000Z',
		image: {...found, firstSeen: '2026-03-02T08:00:00.000Z'},
		failures: 1,
		lastError: failure,
	});
});

test('remembers when an image was first seen, as long as the reference leads to it', () => {
	const seen = afterCheck(undefined, reference, found, first);
	const firstSeen = (cached: CachedUpdate) => cached.image?.firstSeen;
	const again = afterFailedCheck(
		afterCheck(seen, reference, found, later),
		reference,
		failure,
		later,
	);
	assert.is(firstSeen(afterCheck(again, reference, found, later)), first.toISOString());
	const moved = afterCheck(again, reference, foundImage('d5'), later);
	assert.is(firstSeen(moved), later.toISOString());
	assert.is(firstSeen(afterCheck(moved, reference, found, later)), later.toISOString());
	const other = {...reference, image: 'registry.example.com/myos:next'};
	assert.is(firstSeen(afterCheck(seen, other, found, later)), later.toISOString());
});

test('does not believe a clock that was ahead', () => {
	const seen = afterCheck(undefined, reference, found, later);
	assert.is(afterCheck(seen, reference, found, first).image?.firstSeen, first.toISOString());
});

test('counts failures until a check succeeds, and for one reference', () => {
	let cached = afterFailedCheck(undefined, reference, failure, first);
	assert.equal(cached, {
		version: 1,
		reference,
		checked: first.toISOString(),
		failures: 1,
		lastError: failure,
	});
	cached = afterFailedCheck(cached, reference, failure, later);
	assert.is(cached.failures, 2);
	const other = {...reference, image: 'registry.example.com/myos:next'};
	assert.is(afterFailedCheck(cached, other, failure, later).failures, 1);
	const good = afterCheck(cached, reference, found, later);
	assert.equal([good.failures, good.lastError], [0, undefined]);
});

test('is of one reference', () => {
	const cached = afterCheck(undefined, reference, found, first);
	assert.ok(follows(cached, {...reference}));
	assert.not.ok(follows(cached, {...reference, transport: 'oci'}));
	assert.not.ok(follows(cached, {...reference, image: 'registry.example.com/myos:next'}));
	assert.not.ok(follows(undefined, reference));
});

test('knows its image by the digest of index, manifest or config', () => {
	const {digest, manifestDigest, configDigest} = found;
	const other = `sha256:${'ee'.repeat(32)}`;
	const cases: readonly (readonly [Parameters<typeof isSameImage>[0], boolean])[] = [
		[{manifestDigest}, true],
		[{manifestDigest: digest}, true],
		[{configDigest}, true],
		[{manifestDigest: other, configDigest}, true],
		[{manifestDigest, configDigest: other}, true],
		[{manifestDigest: other, configDigest: other}, false],
		[{}, false],
	];
	for (const [known, isSame] of cases) assert.is(isSameImage(known, found), isSame);
	assert.not.ok(isSameImage({}, foundImage('c3')));
});

const unreadable: readonly (readonly [text: string, problem: string | undefined])[] = [
	['{"version": 1', 'FILE is not JSON'],
	['[]', 'FILE is damaged: version is undefined'],
	['{"version": 2, "image": 3}', 'FILE has version 2, this slipway knows 1'],
	[
		`{"version": 1, "reference": ${JSON.stringify(reference)}, "checked": "now"}`,
		'FILE is damaged: checked is "now"',
	],
];
for (const [text, problem] of unreadable)
	test(`is not there, with a reason, for ${text}`, async ({root}) => {
		const file = path.join(root, 'state/update.json');
		mkdirSync(path.dirname(file));
		writeFileSync(file, text);
		const expected = {content: undefined, problem: problem?.replace('FILE', file)};
		assert.equal(await readCachedUpdate(root), expected);
	});

test('is not there where nobody has checked', async ({root}) => {
	assert.equal(await readCachedUpdate(root), {content: undefined, problem: undefined});
});

test('keeps what a later slipway adds to this version', async ({root}) => {
	const cached = afterCheck(undefined, reference, found, first);
	const added = {...cached, seen: 3, image: {...cached.image, size: 4}};
	await writeCachedUpdate(root, added as CachedUpdate);
	assert.equal((await readCachedUpdate(root)).content, added);
});

test('is read or a problem, however damaged', async ({root}) => {
	const random = seededRandom(3);
	const cached = afterCheck(undefined, reference, found, first);
	await writeCachedUpdate(root, cached);
	const file = path.join(root, 'state/update.json');
	const original = readFileSync(file);
	for (let round = fuzzRounds(300); round > 0; round--) {
		writeFileSync(file, mutate(original, random));
		const {content, problem} = await readCachedUpdate(root);
		assert.is((content === undefined) === (problem !== undefined), true);
	}
});

test.run();
