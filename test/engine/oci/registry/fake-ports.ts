import type {Clock, RegistryPorts} from '../../../../engine/oci/registry/ports.ts';

/** Time that goes on only when it is told to, or when somebody sleeps. */
export class FakeClock implements Clock {
	/** How long each sleep was, in milliseconds. */
	readonly slept: number[] = [];
	#ms = 0;
	readonly #timers = new Set<{readonly dueMs: number; readonly act: () => void}>();

	now(): number {
		return Date.UTC(2026, 0, 1) + this.#ms;
	}

	monotonic(): number {
		return this.#ms;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		signal?.throwIfAborted();
		this.slept.push(ms);
		this.#ms += ms;
	}

	after(ms: number, act: () => void): () => void {
		const timer = {dueMs: this.#ms + ms, act};
		this.#timers.add(timer);
		return () => this.#timers.delete(timer);
	}

	/** Runs what falls due on the way, in order. */
	advance(ms: number): void {
		const until = this.#ms + ms;
		for (;;) {
			const [next] = [...this.#timers]
				.filter(({dueMs}) => dueMs <= until)
				.sort((a, b) => a.dueMs - b.dueMs);
			if (next === undefined) break;
			this.#timers.delete(next);
			this.#ms = Math.max(this.#ms, next.dueMs);
			next.act();
		}
		this.#ms = until;
	}

	/** Timers that still run: none may be left behind. */
	get pending(): number {
		return this.#timers.size;
	}
}

export interface FakePorts extends RegistryPorts {
	readonly clock: FakeClock;
}

export function fakePorts(more: Partial<RegistryPorts> = {}): FakePorts {
	const clock = new FakeClock();
	return {random: () => 0.5, environment: {}, systemCertificates: () => [], ...more, clock};
}
