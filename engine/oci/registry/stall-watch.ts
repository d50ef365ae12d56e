import type {Clock} from './ports.ts';

/** A connection that brings nothing for this long is given up. */
const idleMs = 60_000;
/** So is one that brings less than `windowBytes` in this time: no network is that slow, but attackers are. */
const windowMs = 60_000;
const windowBytes = 32 << 10;
const tickMs = 10_000;

/** How bytes come in, from when they were last waited for. Times are in milliseconds of one clock. */
export interface Intake {
	readonly lastMs: number;
	readonly windowStartMs: number;
	readonly windowBytes: number;
}

export function intakeVerdict(intake: Intake, nowMs: number): 'fine' | 'next-window' | 'stalled' {
	if (nowMs - intake.lastMs >= idleMs) return 'stalled';
	if (nowMs - intake.windowStartMs < windowMs) return 'fine';
	return intake.windowBytes < windowBytes ? 'stalled' : 'next-window';
}

/** Calls `onStall` when a connection is as good as dead. Time in which we do not read is not counted. */
export class StallWatch {
	readonly #clock: Clock;
	readonly #onStall: () => void;
	#intake: Intake = {lastMs: 0, windowStartMs: 0, windowBytes: 0};
	#cancel: (() => void) | undefined;

	constructor(clock: Clock, onStall: () => void) {
		this.#clock = clock;
		this.#onStall = onStall;
	}

	start(): void {
		const now = this.#clock.monotonic();
		this.#intake = {lastMs: now, windowStartMs: now, windowBytes: 0};
		this.#cancel?.();
		this.#tick();
	}

	stop(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}

	received(bytes: number): void {
		const {windowStartMs, windowBytes} = this.#intake;
		const lastMs = this.#clock.monotonic();
		this.#intake = {lastMs, windowStartMs, windowBytes: windowBytes + bytes};
	}

	#tick(): void {
		this.#cancel = this.#clock.after(tickMs, () => this.#look());
	}

	#look(): void {
		const now = this.#clock.monotonic();
		const verdict = intakeVerdict(this.#intake, now);
		if (verdict === 'stalled') {
			this.stop();
			this.#onStall();
			return;
		}
		if (verdict === 'next-window')
			this.#intake = {...this.#intake, windowStartMs: now, windowBytes: 0};
		this.#tick();
	}
}
