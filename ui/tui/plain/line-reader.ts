import type {Readable} from 'node:stream';
import type {ReadStream} from 'node:tty';
import {readKeys} from '../terminal/key-reader.ts';

/** Lines that a person types, one at a time. */
export interface LineReader {
	/** Undefined at the end of the input. */
	readLine(): Promise<string | undefined>;
	/** The same without showing it, where the input is a terminal. */
	readSecret(): Promise<string | undefined>;
	close(): void;
}

/** Leaves editing of a line to the terminal, which is what screen readers know. */
export function lineReader(
	input: Readable & Partial<Pick<ReadStream, 'setRawMode' | 'isTTY'>>,
): LineReader {
	let received = '';
	let hasEnded = false;
	let wake = (): void => {};
	const onData = (data: Buffer | string): void => {
		received += data.toString();
		wake();
	};
	const onEnd = (): void => {
		hasEnded = true;
		wake();
	};
	input.on('data', onData);
	input.on('end', onEnd);
	const readLine = async (): Promise<string | undefined> => {
		for (;;) {
			const [line, ...rest] = received.split(/\r\n|\r|\n/);
			if (rest.length > 0) {
				received = received.slice((line ?? '').length).replace(/^(\r\n|\r|\n)/, '');
				return line;
			}
			if (hasEnded) return received === '' ? undefined : takeAll();
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		}
	};
	const takeAll = (): string => {
		const all = received;
		received = '';
		return all;
	};
	return {
		readLine,
		readSecret: async () => {
			if (!input.isTTY || input.setRawMode === undefined) return await readLine();
			input.off('data', onData);
			input.setRawMode(true);
			try {
				return await readHidden(input);
			} finally {
				input.setRawMode(false);
				input.on('data', onData);
			}
		},
		close: () => {
			input.off('data', onData);
			input.off('end', onEnd);
			input.pause();
		},
	};
}

/** Up to Enter. Ctrl+C and Ctrl+D end the input, since the terminal does not act on them meanwhile. */
function readHidden(input: Readable): Promise<string | undefined> {
	const {promise, resolve} = Promise.withResolvers<string | undefined>();
	let text = '';
	const stop = readKeys(input, (key) => {
		if (key.kind === 'text') text += key.text;
		if (key.kind === 'paste') text += key.text.trim();
		if (key.kind === 'control' && key.letter === 'u') text = '';
		if (key.kind === 'control' && (key.letter === 'c' || key.letter === 'd')) resolve(undefined);
		if (key.kind === 'named' && key.name === 'backspace') text = text.replace(/.$/su, '');
		if (key.kind === 'named' && key.name === 'enter') resolve(text);
	});
	return promise.finally(stop);
}
