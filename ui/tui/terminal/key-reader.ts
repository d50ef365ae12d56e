import {StringDecoder} from 'node:string_decoder';
import {decodeKeys, type Key} from './keys.ts';

/** Where keys come from: standard input in raw mode, or a test's own. */
export interface KeySource {
	on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
	off(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
}

export interface KeyTimer {
	/** Calls back once, after `ms`; a second call takes the place of the first. */
	start(ms: number, callback: () => void): void;
	stop(): void;
}

/** How long the rest of a sequence is waited for. A serial line, or SSH, brings it in pieces. */
export const sequenceTimeoutMs = {local: 120, serial: 300} as const;
/** A paste that stops in the middle is not coming any more. */
const pasteTimeoutMs = 2000;
/** Nobody pastes more than this into an installer. */
const longestRest = 1024 * 1024;

/** Hands on each key as it is complete; the result ends that. */
export function readKeys(
	source: KeySource,
	onKey: (key: Key) => void,
	timeoutMs: number = sequenceTimeoutMs.local,
	timer: KeyTimer = nodeTimer(),
): () => void {
	const decoder = new StringDecoder('utf8');
	let rest = '';
	let followsReturn = false;
	const take = (received: string, isLate: boolean): void => {
		timer.stop();
		const decoded = decodeKeys(rest + received, {isLate, followsReturn});
		rest = decoded.rest;
		followsReturn = decoded.endsInReturn;
		for (const key of decoded.keys) onKey(key);
		if (rest === '') return;
		if (rest.length > longestRest) take('', true);
		else timer.start(rest.length > 5 ? pasteTimeoutMs : timeoutMs, () => take('', true));
	};
	const listener = (chunk: Buffer | string): void =>
		take(typeof chunk === 'string' ? chunk : decoder.write(chunk), false);
	source.on('data', listener);
	return () => {
		timer.stop();
		source.off('data', listener);
	};
}

function nodeTimer(): KeyTimer {
	let timeout: NodeJS.Timeout | undefined;
	return {
		start: (ms, callback) => {
			timeout = setTimeout(callback, ms);
		},
		stop: () => clearTimeout(timeout),
	};
}
