/** The terminal as the screens use it: raw keys, a size that is never none, and everything put back at the end. */
import {writeSync} from 'node:fs';
import type {ReadStream, WriteStream} from 'node:tty';
import {readKeys, sequenceTimeoutMs} from './key-reader.ts';
import type {Key} from './keys.ts';
import {sizeAnswerMs, sizeQuestion, standardSize, type TerminalSize, toldSize} from './size.ts';

export interface TerminalStreams {
	readonly input: ReadStream;
	readonly output: WriteStream & {readonly fd: number};
	/** TERM. */
	readonly name: string | undefined;
	readonly isSerial: boolean;
}

export class Terminal {
	readonly #streams: TerminalStreams;
	#stopReading: (() => void) | undefined;
	#keyListener: (key: Key) => void = () => {};
	#resizeListener: () => void = () => {};
	#lostListener: () => void = () => {};
	readonly #restoreAtExit = (): void => this.#leave();

	constructor(streams: TerminalStreams) {
		this.#streams = streams;
	}

	/** Takes the terminal. When it returns, its size is known. */
	async open(): Promise<void> {
		process.once('exit', this.#restoreAtExit);
		this.#enter();
		this.#streams.output.on('resize', this.#onResize);
		this.#streams.input.on('end', this.#onLost);
		this.#streams.input.on('error', this.#onLost);
		await this.measure();
	}

	get size(): TerminalSize {
		const {columns, rows} = this.#streams.output;
		return toldSize(columns, rows) ?? standardSize;
	}

	onKey(listener: (key: Key) => void): void {
		this.#keyListener = listener;
	}

	onResize(listener: () => void): void {
		this.#resizeListener = listener;
	}

	/** The terminal is gone, as with an SSH session. */
	onLost(listener: () => void): void {
		this.#lostListener = listener;
	}

	/**
	 * Finds out the size again. One that the kernel does not know is asked of the terminal, and given to
	 * the stream: ink would otherwise look for it at each frame, and open /dev/tty each time.
	 */
	async measure(): Promise<void> {
		const {output} = this.#streams;
		const [columns, rows] = windowSize(output);
		const size = toldSize(columns, rows) ?? (await this.#askForSize()) ?? standardSize;
		output.columns = size.columns;
		output.rows = size.rows;
	}

	clear(): void {
		this.#streams.output.write('\x1b[0m\x1b[H\x1b[2J');
	}

	/** Gives the terminal to something else for as long as that takes. */
	async lend(use: () => Promise<void>): Promise<void> {
		this.#leave();
		try {
			await use();
		} finally {
			this.#enter();
			await this.measure();
		}
	}

	close(): void {
		process.off('exit', this.#restoreAtExit);
		this.#streams.output.off('resize', this.#onResize);
		this.#leave();
	}

	readonly #onLost = (): void => this.#lostListener();

	readonly #onResize = (): void => {
		const {output} = this.#streams;
		// A serial line may tell 0 by 0 again.
		const size = toldSize(output.columns, output.rows) ?? standardSize;
		output.columns = size.columns;
		output.rows = size.rows;
		this.#resizeListener();
	};

	#enter(): void {
		const {input, output, isSerial} = this.#streams;
		input.setRawMode(true);
		input.resume();
		const timeout = isSerial ? sequenceTimeoutMs.serial : sequenceTimeoutMs.local;
		this.#stopReading = readKeys(input, (key) => this.#keyListener(key), timeout);
		output.write(`${this.#hasSecondScreen() ? '\x1b[?1049h' : ''}\x1b[?2004h\x1b[?25l`);
		this.clear();
	}

	/** Synchronous, since it is also the last act of a process. */
	#leave(): void {
		const {input, output} = this.#streams;
		if (this.#stopReading === undefined) return;
		this.#stopReading();
		this.#stopReading = undefined;
		const back = this.#hasSecondScreen() ? '\x1b[?1049l' : '\x1b[H\x1b[2J';
		try {
			input.setRawMode(false);
			input.pause();
			writeSync(output.fd, `\x1b[0m\x1b[?2004l${back}\x1b[?25h`);
		} catch (error) {
			// Of a terminal that is gone nothing has to be put back.
			if (!isGone(error)) throw error;
		}
	}

	/** The Linux console has none before 6.18, and old terminals never had. */
	#hasSecondScreen(): boolean {
		return !/^(linux|vt[12]|ansi|cons25)/.test(this.#streams.name ?? '');
	}

	async #askForSize(): Promise<TerminalSize | undefined> {
		const {promise, resolve} = Promise.withResolvers<TerminalSize | undefined>();
		const listener = this.#keyListener;
		const timeout = setTimeout(() => resolve(undefined), sizeAnswerMs);
		this.#keyListener = (key) => {
			if (key.kind === 'cursor-position') resolve(toldSize(key.column, key.row));
			else listener(key);
		};
		this.#streams.output.write(sizeQuestion);
		const size = await promise;
		clearTimeout(timeout);
		this.#keyListener = listener;
		return size;
	}
}

/** What the kernel says now, not what the stream was given before. */
function windowSize(output: WriteStream): [columns: number, rows: number] {
	try {
		return output.getWindowSize();
	} catch {
		return [0, 0];
	}
}

function isGone(error: unknown): boolean {
	const {code} = error as NodeJS.ErrnoException;
	return code === 'EIO' || code === 'EBADF' || code === 'ENXIO' || code === 'EPIPE';
}
