import {RegistryFailure} from './failure.ts';
import type {RegistryPorts} from './ports.ts';

export interface RetryPolicy {
	/** In all, the first included. */
	readonly attempts: number;
	/** No attempt begins later than this after the first. */
	readonly deadlineMs: number;
}

/** Where nobody else has the content. */
export const patientPolicy: RetryPolicy = {attempts: 6, deadlineMs: 300_000};
/** Where the next endpoint has it too. */
export const hastyPolicy: RetryPolicy = {attempts: 2, deadlineMs: 30_000};

const firstWaitMs = 1000;
const longestWaitMs = 60_000;

/** What has been tried so far without getting anywhere. */
export interface Attempts {
	readonly count: number;
	readonly elapsedMs: number;
}

/**
 * How long to wait before the next attempt, undefined when there shall be none. Waits double, and are
 * spread over their whole length, so that a fleet does not come back as one; what the registry
 * asked for comes on top.
 * @param random from 0 up to 1
 */
export function retryWaitMs(
	failure: {readonly isTransient: boolean; readonly retryAfterMs: number | undefined},
	{count, elapsedMs}: Attempts,
	policy: RetryPolicy,
	random: number,
): number | undefined {
	if (!failure.isTransient || count >= policy.attempts) return undefined;
	const spread = Math.min(longestWaitMs, firstWaitMs * 2 ** (count - 1)) * random;
	const waitMs = Math.round((failure.retryAfterMs ?? 0) + spread);
	return elapsedMs + waitMs > policy.deadlineMs ? undefined : waitMs;
}

/**
 * Reads `Retry-After`, in seconds or a date.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
	if (value === undefined) return undefined;
	if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
	const date = /^[A-Z][a-z]{2},/.test(value) ? Date.parse(value) : Number.NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** Counts failed attempts at one piece of work, and waits between them. */
export class Retries {
	readonly #policy: RetryPolicy;
	readonly #ports: RegistryPorts;
	#count = 0;
	#startMs: number;

	constructor(policy: RetryPolicy, ports: RegistryPorts) {
		this.#policy = policy;
		this.#ports = ports;
		this.#startMs = ports.clock.monotonic();
	}

	/** Waits until the next attempt. @throws `error` when there shall be none */
	async wait(error: unknown): Promise<void> {
		const {clock, random, signal} = this.#ports;
		signal?.throwIfAborted();
		if (!(error instanceof RegistryFailure)) throw error;
		this.#count++;
		const attempts = {count: this.#count, elapsedMs: clock.monotonic() - this.#startMs};
		const waitMs = retryWaitMs(error, attempts, this.#policy, random());
		if (waitMs === undefined) throw error;
		await clock.sleep(waitMs, signal);
	}

	/** Forgets the failures so far, because the work got on. */
	reset(): void {
		this.#count = 0;
		this.#startMs = this.#ports.clock.monotonic();
	}
}

export async function withRetries<Result>(
	policy: RetryPolicy,
	ports: RegistryPorts,
	work: () => Promise<Result>,
): Promise<Result> {
	const retries = new Retries(policy, ports);
	for (;;) {
		try {
			return await work();
		} catch (error) {
			await retries.wait(error);
		}
	}
}
