import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type BlobAnswer,
	type BlobRequest,
	type BlobVerdict,
	judgeBlobAnswer,
	rangeHeader,
} from '../../../../engine/oci/registry/blob-answer.ts';

const test = suite('answers with blobs');
const whole: BlobRequest = {size: 100, position: 0, end: 100};
const rest: BlobRequest = {size: 100, position: 40, end: 100};
const middle: BlobRequest = {size: 100, position: 40, end: 60};
const first: BlobRequest = {size: 100, position: 0, end: 60};
const refusal = {kind: 'refuse'} as const;

test('are asked for with a range only where one is needed', () => {
	assert.equal([whole, rest, middle, first].map(rangeHeader), [
		undefined,
		'bytes=40-',
		'bytes=40-59',
		'bytes=0-59',
	]);
});

const cases: readonly (readonly [
	what: string,
	request: BlobRequest,
	answer: Partial<BlobAnswer> & {readonly status: number},
	verdict: BlobVerdict,
])[] = [
	['the whole', whole, {status: 200, contentLength: '100'}, {kind: 'read', skip: 0, end: 100}],
	['the whole, unmeasured', whole, {status: 200}, {kind: 'read', skip: 0, end: 100}],
	['too much', whole, {status: 200, contentLength: '101'}, {kind: 'wrong-size', size: 101}],
	['too little', whole, {status: 200, contentLength: '99'}, {kind: 'wrong-size', size: 99}],
	[
		'all instead of the rest',
		rest,
		{status: 200, contentLength: '100'},
		{kind: 'read', skip: 40, end: 100},
	],
	['all instead of a part', middle, {status: 200}, {kind: 'read', skip: 40, end: 100}],
	['all instead of a part alone', {...middle, partOnly: true}, {status: 200}, {kind: 'no-range'}],
	[
		'all where it was wanted',
		{...whole, partOnly: true},
		{status: 200},
		{kind: 'read', skip: 0, end: 100},
	],
	[
		'another blob instead of the rest',
		rest,
		{status: 200, contentLength: '60'},
		{kind: 'wrong-size', size: 60},
	],
	[
		'the rest',
		rest,
		{status: 206, contentRange: 'bytes 40-99/100'},
		{kind: 'read', skip: 0, end: 100},
	],
	[
		'a part',
		middle,
		{status: 206, contentRange: 'bytes 40-59/100'},
		{kind: 'read', skip: 0, end: 60},
	],
	[
		'less of a part',
		middle,
		{status: 206, contentRange: 'bytes 40-49/100'},
		{kind: 'read', skip: 0, end: 50},
	],
	[
		'more than a part',
		middle,
		{status: 206, contentRange: 'bytes 40-99/100'},
		{...refusal, reason: 'answers bytes=40-59 with 40-99'},
	],
	[
		'an earlier part',
		rest,
		{status: 206, contentRange: 'bytes 0-99/100'},
		{...refusal, reason: 'answers bytes=40- with 0-99'},
	],
	[
		'a later part',
		rest,
		{status: 206, contentRange: 'bytes 41-99/100'},
		{...refusal, reason: 'answers bytes=40- with 41-99'},
	],
	[
		'a part backwards',
		rest,
		{status: 206, contentRange: 'bytes 40-39/100'},
		{...refusal, reason: 'answers bytes=40- with 40-39'},
	],
	[
		'a part of another blob',
		rest,
		{status: 206, contentRange: 'bytes 40-98/99'},
		{kind: 'wrong-size', size: 99},
	],
	[
		'a part that it does not name',
		rest,
		{status: 206},
		{...refusal, reason: 'answers with a part and does not say which'},
	],
	[
		'a part of unknown size',
		rest,
		{status: 206, contentRange: 'bytes 40-99/*'},
		{...refusal, reason: 'answers with a part and does not say which'},
	],
	[
		'several parts',
		rest,
		{status: 206, contentRange: 'bytes 40-49/100, bytes 50-99/100'},
		{...refusal, reason: 'answers with a part and does not say which'},
	],
	[
		'a part that nobody asked for',
		whole,
		{status: 206, contentRange: 'bytes 0-99/100'},
		{...refusal, reason: 'answers with a part and does not say which'},
	],
	[
		'no such range',
		rest,
		{status: 416, contentRange: 'bytes */40'},
		{kind: 'wrong-size', size: 40},
	],
	['no ranges at all', rest, {status: 416}, {...refusal, reason: 'refuses bytes=40- of 100'}],
	[
		'no range in a blob of the right size',
		rest,
		{status: 416, contentRange: 'bytes */100'},
		{...refusal, reason: 'refuses bytes=40- of 100'},
	],
];
for (const [what, request, answer, verdict] of cases)
	test(`are judged: ${what}`, () => {
		const full = {contentRange: undefined, contentLength: undefined, ...answer};
		assert.equal(judgeBlobAnswer(request, full), verdict);
	});

test.run();
