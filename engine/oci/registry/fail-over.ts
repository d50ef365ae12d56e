import {DamagedInput, EngineError, OperationFailed, Refused} from '../../errors.ts';
import type {RegistryPorts} from './ports.ts';
import type {RegistryClient} from './registry-client.ts';
import {hastyPolicy, patientPolicy, type RetryPolicy, withRetries} from './retry.ts';

/** Endpoints that have the same, in the order in which they are asked; the primary is the last. */
export type Clients = readonly RegistryClient[];

/** Only at the last one it is worth waiting long. */
export function policyFor(clients: Clients, index: number): RetryPolicy {
	return index === clients.length - 1 ? patientPolicy : hastyPolicy;
}

/**
 * Does work with the first endpoint that can, each with its retries.
 * @throws the only endpoint's error, or one that has the reasons of all
 */
export async function withFirst<Result>(
	clients: Clients,
	ports: RegistryPorts,
	work: (client: RegistryClient) => Promise<Result>,
): Promise<{client: RegistryClient; result: Result}> {
	const failures = new Failures();
	for (const [index, client] of clients.entries()) {
		try {
			const result = await withRetries(policyFor(clients, index), ports, () => work(client));
			return {client, result};
		} catch (error) {
			failures.add(client, error, ports.signal);
		}
	}
	throw failures.together();
}

/** Why each of several endpoints did not do. */
export class Failures {
	readonly #failures: {readonly host: string; readonly error: EngineError}[] = [];

	/** @throws the signal's reason, or `error` when it is a defect of ours and not of an endpoint */
	add({endpoint: {host}}: RegistryClient, error: unknown, signal: AbortSignal | undefined): void {
		signal?.throwIfAborted();
		if (!(error instanceof EngineError)) throw error;
		this.#failures.push({host, error});
	}

	/** One error of the kind and with the hint of the last. */
	together(): EngineError {
		const last = this.#failures.at(-1)?.error;
		if (last === undefined)
			return new Refused('no-such-image', 'no registry is left that could have the image', {
				hint: 'Look at the mirrors and blocked registries in registries.conf.',
			});
		if (this.#failures.length === 1) return last;
		const reasons = this.#failures.map(({host, error}) => reason(host, error.message));
		const message = `no endpoint has it: ${reasons.join('; ')}`;
		const options = {
			...(last.hint !== undefined && {hint: last.hint}),
			cause: new AggregateError(this.#failures.map(({error}) => error)),
		};
		if (last instanceof DamagedInput) return new DamagedInput(message, options);
		if (last instanceof Refused) return new Refused(last.code, message, options);
		return new OperationFailed(last.code, message, options);
	}
}

function reason(host: string, message: string): string {
	return message.includes(host) ? message : `${host}: ${message}`;
}
