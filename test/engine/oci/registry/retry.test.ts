import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../../engine/errors.ts';
import {RegistryFailure} from '../../../../engine/oci/registry/failure.ts';
import {
	hastyPolicy,
	parseRetryAfter,
	patientPolicy,
	Retries,
	retryWaitMs,
	withRetries,
} from '../../../../engine/oci/registry/retry.ts';
import {fakePorts} from './fake-ports.ts';

const test = suite('retries');
const transient = {isTransient: true, retryAfterMs: undefined};
const soon = {count: 1, elapsedMs: 0};
const failure = (isTransient: boolean) =>
	new RegistryFailure('registry-unavailable', 'status 503', {isTransient});

test('come later each time, and spread over the whole wait', () => {
	const waits = (random: number) =>
		[1, 2, 3, 4, 5].map((count) =>
			retryWaitMs(transient, {count, elapsedMs: 0}, patientPolicy, random),
		);
	assert.equal(waits(0.5), [500, 1000, 2000, 4000, 8000]);
	assert.equal(waits(0), [0, 0, 0, 0, 0]);
	assert.equal(waits(1), [1000, 2000, 4000, 8000, 16_000]);
	const many = {attempts: 100, deadlineMs: 1e9};
	assert.is(retryWaitMs(transient, {count: 40, elapsedMs: 0}, many, 1), 60_000);
});

test('end with the attempts, with the deadline, and at once for what stays as it is', () => {
	assert.is(retryWaitMs(transient, {count: 6, elapsedMs: 0}, patientPolicy, 0), undefined);
	assert.is(retryWaitMs(transient, {count: 2, elapsedMs: 0}, hastyPolicy, 0), undefined);
	assert.is(retryWaitMs(transient, {count: 1, elapsedMs: 299_500}, patientPolicy, 0.5), 500);
	assert.is(retryWaitMs(transient, {count: 1, elapsedMs: 299_501}, patientPolicy, 0.5), undefined);
	assert.is(retryWaitMs({...transient, isTransient: false}, soon, patientPolicy, 0), undefined);
});

test('wait as long as the registry asks, unless that is too long', () => {
	const asked = (retryAfterMs: number) =>
		retryWaitMs({isTransient: true, retryAfterMs}, soon, patientPolicy, 0.5);
	assert.is(asked(30_000), 30_500);
	assert.is(asked(3_600_000), undefined);
});

const now = Date.UTC(2026, 0, 1);
const headers: readonly (readonly [value: string | undefined, ms: number | undefined])[] = [
	[undefined, undefined],
	['', undefined],
	['0', 0],
	['120', 120_000],
	['1.5', undefined],
	['-1', undefined],
	['99999999999', undefined],
	['Thu, 01 Jan 2026 00:02:00 GMT', 120_000],
	['Wed, 31 Dec 2025 00:00:00 GMT', 0],
	['soon', undefined],
	['2026-01-01', undefined],
];
for (const [value, ms] of headers)
	test(`read Retry-After ${value}`, () => assert.is(parseRetryAfter(value, now), ms));

test('are made until the work is done', async () => {
	const ports = fakePorts();
	let attempts = 0;
	const result = await withRetries(patientPolicy, ports, async () => {
		if (++attempts < 4) throw failure(true);
		return 'done';
	});
	assert.equal([result, ports.clock.slept], ['done', [500, 1000, 2000]]);
});

test('throw the last error, and others at once', async () => {
	for (const [error, sleeps] of [
		[failure(true), 5],
		[failure(false), 0],
		[new Refused('no-such-image', 'gone'), 0],
		[new TypeError('a defect'), 0],
	] as const) {
		const ports = fakePorts();
		const thrown = await withRetries(patientPolicy, ports, () => Promise.reject(error)).catch(
			(caught: unknown) => caught,
		);
		assert.is(thrown, error);
		assert.is(ports.clock.slept.length, sleeps);
	}
});

test('begin anew after progress', async () => {
	const ports = fakePorts();
	const retries = new Retries(patientPolicy, ports);
	for (let round = 0; round < 3; round++) {
		await retries.wait(failure(true));
		await retries.wait(failure(true));
		retries.reset();
	}
	assert.equal(ports.clock.slept, [500, 1000, 500, 1000, 500, 1000]);
});

test('stop when they are called off', async () => {
	const reason = new Error('called off');
	const ports = fakePorts({signal: AbortSignal.abort(reason)});
	const thrown = await new Retries(patientPolicy, ports)
		.wait(failure(true))
		.catch((error: unknown) => error);
	assert.is(thrown, reason);
});

test.run();
