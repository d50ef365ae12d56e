import {fstatSync, writeSync} from 'node:fs';
import {UsageError} from '../../../engine/errors.ts';
import type {Progress, ProgressOptions} from '../command.ts';
import {
	type Display,
	jsonDisplay,
	logDisplay,
	quietDisplay,
	terminalDisplay,
	type Write,
} from './displays.ts';

/** Where progress is drawn: standard error, so that results alone go to standard output. */
export interface DrawingSurface {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

/** @throws UsageError when `--progress-fd` names no open file descriptor */
export function startProgress(
	options: ProgressOptions,
	surface: DrawingSurface,
	clock: () => number = performance.now.bind(performance),
): Progress {
	const displays = [personDisplay(options, surface)];
	const descriptor = options['progress-fd'];
	if (descriptor !== undefined) displays.push(jsonDisplay(descriptorWriter(descriptor)));
	const ticker = setInterval(() => {
		for (const display of displays) display.tick(clock());
	}, 1000);
	ticker.unref();
	return {
		report: (event) => {
			const now = clock();
			for (const display of displays) display.show(event, now);
		},
		[Symbol.dispose]: () => {
			clearInterval(ticker);
			for (const display of displays) display.close();
		},
	};
}

function personDisplay({quiet}: ProgressOptions, surface: DrawingSurface): Display {
	const write: Write = (text) => {
		surface.write(text);
	};
	if (quiet) return quietDisplay(write);
	return surface.isTTY ? terminalDisplay(write, () => surface.columns ?? 80) : logDisplay(write);
}

function descriptorWriter(descriptor: number): Write {
	try {
		fstatSync(descriptor);
	} catch (cause) {
		throw new UsageError(`--progress-fd ${descriptor} is not an open file descriptor`, {
			hint: `Open it for the program, in a shell for example with ${descriptor}>progress.jsonl`,
			cause,
		});
	}
	let isOpen = true;
	return (text) => {
		if (!isOpen) return;
		try {
			writeSync(descriptor, text);
		} catch {
			// Who listened has gone, or does not keep up: no reason to stop the work itself.
			isOpen = false;
		}
	};
}
