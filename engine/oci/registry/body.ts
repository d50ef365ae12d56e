import type {IncomingMessage} from 'node:http';
import {DamagedInput} from '../../errors.ts';
import {connectionFailure} from './connection-failure.ts';
import {RegistryFailure} from './failure.ts';
import type {Clock} from './ports.ts';
import {StallWatch} from './stall-watch.ts';

/** As much is read ahead of who reads the body; then the server has to wait. */
const fullBytes = 1 << 20;
const roomyBytes = fullBytes / 2;

/**
 * The body of an answer as it was sent. Unlike the message's own iteration it gives all bytes that came
 * in before the connection broke: they need not be fetched again.
 * @throws RegistryFailure
 */
export async function* readBody(
	message: IncomingMessage,
	host: string,
	clock: Clock,
): AsyncGenerator<Buffer, void> {
	const intake = new BodyIntake(message, clock, host);
	try {
		for (;;) {
			const chunk = await intake.next();
			if (chunk === undefined) return;
			yield chunk;
		}
	} finally {
		intake.close();
	}
}

class BodyIntake {
	readonly #message: IncomingMessage;
	readonly #watch: StallWatch;
	readonly #host: string;
	readonly #queue: Buffer[] = [];
	#queued = 0;
	#ending: 'end' | Error | undefined;
	#wake = () => {};

	constructor(message: IncomingMessage, clock: Clock, host: string) {
		this.#message = message;
		this.#host = host;
		this.#watch = new StallWatch(clock, () => message.destroy(stalled(host)));
		message.on('data', (chunk: Buffer) => this.#take(chunk));
		message.on('end', () => this.#finish('end'));
		message.on('error', (error) => this.#finish(error));
		message.on('close', () => this.#finish(new Error('closed')));
		if (message.destroyed) this.#finish(message.errored ?? new Error('closed'));
		else this.#watch.start();
	}

	/** Undefined at the end. */
	async next(): Promise<Buffer | undefined> {
		for (;;) {
			const chunk = this.#queue.shift();
			if (chunk !== undefined) {
				this.#queued -= chunk.length;
				this.#resumeIfRoomy();
				return chunk;
			}
			if (this.#ending === 'end') return undefined;
			if (this.#ending !== undefined) throw connectionFailure(this.#host, this.#ending);
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
	}

	close(): void {
		this.#watch.stop();
		if (this.#ending === undefined) this.#message.destroy();
	}

	#take(chunk: Buffer): void {
		this.#queue.push(chunk);
		this.#queued += chunk.length;
		this.#watch.received(chunk.length);
		if (this.#queued >= fullBytes) {
			this.#message.pause();
			this.#watch.stop();
		}
		this.#wake();
	}

	#resumeIfRoomy(): void {
		if (!this.#message.isPaused() || this.#queued > roomyBytes) return;
		this.#message.resume();
		if (this.#ending === undefined) this.#watch.start();
	}

	#finish(ending: 'end' | Error): void {
		this.#ending ??= ending;
		this.#watch.stop();
		this.#wake();
	}
}

export function stalled(host: string): RegistryFailure {
	return new RegistryFailure('registry-stalled', `${host} sends nothing, or next to nothing`, {
		isTransient: true,
		hint: 'Try again later. If it stays so, look at the network and tell who runs the registry.',
	});
}

/**
 * A small body whole.
 * @throws DamagedInput when there is more than `limit`, whatever length was announced
 */
export async function readWhole(
	body: AsyncIterable<Buffer>,
	limit: number,
	what: string,
): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of body) {
		length += chunk.length;
		if (length > limit) throw new DamagedInput(`the ${what} has more than ${limit} bytes`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** The start of a body, at least `limit` bytes if there are as many. The rest is not read. */
export async function readStart(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of body) {
		chunks.push(chunk);
		length += chunk.length;
		if (length >= limit) break;
	}
	return Buffer.concat(chunks);
}
