/** Signals that end the program politely, and the exit statuses shells give them. */
const statuses = {SIGINT: 130, SIGTERM: 143} as const;
type EndingSignal = keyof typeof statuses;

export interface Interruption {
	/** Aborts at the first signal. */
	readonly signal: AbortSignal;
	/** 130 or 143 once a signal came. */
	exitStatus(): number | undefined;
	/** Resolves at the first signal. */
	readonly first: Promise<void>;
}

/**
 * Listens for SIGINT and SIGTERM. The first aborts; the second ends the process at once, since who
 * presses Ctrl+C twice does not want to wait for a clean-up.
 */
export function watchForInterruption(): Interruption {
	const controller = new AbortController();
	const {promise, resolve} = Promise.withResolvers<void>();
	let received: EndingSignal | undefined;
	for (const name of ['SIGINT', 'SIGTERM'] as const)
		process.on(name, () => {
			if (received !== undefined) process.exit(statuses[received]);
			received = name;
			controller.abort();
			resolve();
		});
	return {
		signal: controller.signal,
		exitStatus: () => (received === undefined ? undefined : statuses[received]),
		first: promise,
	};
}
