/** Ways to show progress events; each writes text and is told the time, so tests compare strings. */
import type {ProgressEvent} from '../../../engine/progress.ts';
import {formatBeginLine, formatDoneLine, formatLiveLine, formatLogLine} from './lines.ts';
import {advanceStep, beginStep, fractionDone, type RunningStep} from './running-step.ts';

export interface Display {
	show(event: ProgressEvent, now: number): void;
	/** Called about every second, whether or not anything happened. */
	tick(now: number): void;
	/** Leaves the place clean for other output. */
	close(): void;
}

export type Write = (text: string) => void;

type Warning = Extract<ProgressEvent, {type: 'warning'}>;
/** Told as it is, whatever the step. */
type Message = Extract<ProgressEvent, {type: 'warning' | 'output'}>;

/** Warnings alone, for `--quiet`. */
export function quietDisplay(write: Write): Display {
	return {
		show: (event) => {
			if (event.type === 'warning') write(formatWarning(event));
		},
		tick: () => {},
		close: () => {},
	};
}

/** A line for each finished step, and below them one that lives. */
export function terminalDisplay(write: Write, columns: () => number): Display {
	const redrawMs = 100;
	const eraseLine = '\r\x1b[K';
	const steps = new Map<string, RunningStep>();
	let drawnAt = Number.NEGATIVE_INFINITY;
	let isDrawn = false;

	const erase = () => {
		if (isDrawn) write(eraseLine);
		isDrawn = false;
	};
	const draw = (now: number) => {
		const step = [...steps.values()].at(-1);
		if (step === undefined) return;
		// The last column stays free: some consoles wrap when it is written.
		write(`${eraseLine}${formatLiveLine(step, now, columns() - 1)}`);
		isDrawn = true;
		drawnAt = now;
	};
	return {
		show: (event, now) => {
			if (event.type === 'advance') {
				updateStep(steps, event, now);
				if (now - drawnAt >= redrawMs) draw(now);
				return;
			}
			erase();
			const finished = isMessage(event) ? undefined : updateStep(steps, event, now);
			if (isMessage(event)) write(formatMessage(event));
			if (finished !== undefined) write(`${formatDoneLine(finished, now)}\n`);
			draw(now);
		},
		tick: draw,
		close: erase,
	};
}

/** Lines for a log: at each change of step, every 5 %, and every 30 s when less than that happens. */
export function logDisplay(write: Write): Display {
	const shortestPauseMs = 1000;
	const longestPauseMs = 30_000;
	const steps = new Map<string, RunningStep>();
	const told = new Map<string, {readonly twentieths: number; readonly at: number}>();

	const tellIfDue = (name: string, now: number) => {
		const step = steps.get(name);
		const last = told.get(name);
		if (step === undefined || last === undefined) return;
		const twentieths = Math.floor((fractionDone(step) ?? 0) * 20);
		const pause = now - last.at;
		const isDue = pause >= (twentieths > last.twentieths ? shortestPauseMs : longestPauseMs);
		if (!isDue) return;
		write(`${formatLogLine(step, now)}\n`);
		told.set(name, {twentieths, at: now});
	};
	return {
		show: (event, now) => {
			if (isMessage(event)) return write(formatMessage(event));
			const finished = updateStep(steps, event, now);
			if (finished !== undefined) write(`${formatDoneLine(finished, now)}\n`);
			const step = steps.get(event.step);
			if (event.type === 'step' && step !== undefined) {
				write(`${formatBeginLine(step)}\n`);
				told.set(event.step, {twentieths: 0, at: now});
			}
			if (event.type === 'advance') tellIfDue(event.step, now);
		},
		tick: (now) => {
			for (const name of steps.keys()) tellIfDue(name, now);
		},
		close: () => {},
	};
}

/** The events as lines of JSON; `advance` at most ten times a second for each step. */
export function jsonDisplay(write: Write): Display {
	const shortestPauseMs = 100;
	const writtenAt = new Map<string, number>();
	const held = new Map<string, ProgressEvent>();
	const writeEvent = (event: ProgressEvent) => write(`${JSON.stringify(event)}\n`);
	return {
		show: (event, now) => {
			if (isMessage(event)) return writeEvent(event);
			if (event.type === 'advance') {
				const last = writtenAt.get(event.step) ?? Number.NEGATIVE_INFINITY;
				if (now - last < shortestPauseMs) {
					held.set(event.step, event);
					return;
				}
				writtenAt.set(event.step, now);
			}
			const advance = event.type === 'done' ? held.get(event.step) : undefined;
			held.delete(event.step);
			if (advance !== undefined) writeEvent(advance);
			writeEvent(event);
		},
		tick: () => {
			for (const event of held.values()) writeEvent(event);
			held.clear();
		},
		close: () => {},
	};
}

/** Applies an event; gives the step when this was its end. */
function updateStep(
	steps: Map<string, RunningStep>,
	event: Exclude<ProgressEvent, Message>,
	now: number,
): RunningStep | undefined {
	if (event.type === 'step') {
		steps.set(event.step, beginStep(event, now));
		return undefined;
	}
	const step = steps.get(event.step);
	if (step === undefined) return undefined;
	if (event.type === 'advance') {
		steps.set(event.step, advanceStep(step, event.done, now));
		return undefined;
	}
	steps.delete(event.step);
	return step;
}

function isMessage(event: ProgressEvent): event is Message {
	return event.type === 'warning' || event.type === 'output';
}

function formatMessage(event: Message): string {
	return event.type === 'output' ? `  ${event.line}\n` : formatWarning(event);
}

function formatWarning({message, hint}: Warning): string {
	return `warning: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`;
}
