import {systemCertificates} from './system-certificates.ts';

/** What the registry client needs of the machine besides the network. */
export interface RegistryPorts {
	readonly clock: Clock;
	/** From 0 up to 1, 1 excluded: spreads the retries of many machines. */
	random(): number;
	/** Its `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are heeded, in lower case too. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	/**
	 * PEM of the CA certificates that this machine trusts, read when TLS is first used; those that Node comes
	 * with are taken for undefined.
	 */
	systemCertificates(): readonly string[] | undefined;
	/** Ends all requests and waits with its reason. */
	readonly signal?: AbortSignal;
}

export interface Clock {
	/** Milliseconds since 1970; may jump. */
	now(): number;
	/** Milliseconds since some moment; never jumps. */
	monotonic(): number;
	/** @throws the signal's reason */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
	/** Calls `act` once, later; the returned function calls that off. */
	after(ms: number, act: () => void): () => void;
}

export function hostPorts(signal?: AbortSignal): RegistryPorts {
	return {
		clock: hostClock,
		random: Math.random,
		environment: process.env,
		systemCertificates,
		...(signal && {signal}),
	};
}

const hostClock: Clock = {
	now: Date.now,
	// Not performance.now(), which takes 2 ms to load.
	monotonic: () => Number(process.hrtime.bigint()) / 1e6,
	sleep: (ms, signal) => {
		const {promise, resolve, reject} = Promise.withResolvers<void>();
		const wake = () => {
			clearTimeout(timer);
			reject(signal?.reason);
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener('abort', wake);
			resolve();
		}, ms);
		if (signal?.aborted) wake();
		else signal?.addEventListener('abort', wake, {once: true});
		return promise;
	},
	after: (ms, act) => {
		const timer = setTimeout(act, ms);
		return () => clearTimeout(timer);
	},
};
