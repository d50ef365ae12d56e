import type {ProgressEvent} from '../../../engine/progress.ts';

/** A step that goes on: how far it is and how fast it goes. Times are in milliseconds. */
export interface RunningStep {
	readonly title: string;
	readonly unit: 'bytes' | 'files';
	/** Undefined when not known. */
	readonly total: number | undefined;
	readonly done: number;
	readonly startedAt: number;
	/** When `done` last grew. */
	readonly advancedAt: number;
	/** Units a second, smoothed; undefined until there is a first sample. */
	readonly rate: number | undefined;
	/** The last point that the rate was taken at. */
	readonly sample: {readonly done: number; readonly at: number};
}

/** A rate follows a change within about this time. */
const smoothingMs = 8000;
/** Shorter spans say more about buffers than about throughput. */
const shortestSampleMs = 500;
/** Before these an estimate would be a guess. */
const shortestEstimateMs = 5000;
const smallestEstimateFraction = 0.03;

export function beginStep(event: Extract<ProgressEvent, {type: 'step'}>, now: number): RunningStep {
	return {
		title: event.title,
		unit: event.unit ?? 'bytes',
		total: event.total,
		done: 0,
		startedAt: now,
		advancedAt: now,
		rate: undefined,
		sample: {done: 0, at: now},
	};
}

export function advanceStep(step: RunningStep, done: number, now: number): RunningStep {
	if (done <= step.done) return step;
	const advanced = {...step, done, advancedAt: now};
	const elapsed = now - step.sample.at;
	if (elapsed < shortestSampleMs) return advanced;
	const current = ((done - step.sample.done) / elapsed) * 1000;
	// At first the mean since the start, or one quick or slow beginning would stay visible for long.
	const weight = Math.max(1 - Math.exp(-elapsed / smoothingMs), elapsed / (now - step.startedAt));
	const rate = step.rate === undefined ? current : step.rate + weight * (current - step.rate);
	return {...advanced, rate, sample: {done, at: now}};
}

/** 0 to 1, or undefined without a total. */
export function fractionDone({done, total}: RunningStep): number | undefined {
	if (total === undefined) return undefined;
	return total === 0 ? 1 : Math.min(1, done / total);
}

/** Seconds to the end, once the step has gone on for long enough to tell. */
export function secondsLeft(step: RunningStep, now: number): number | undefined {
	const fraction = fractionDone(step);
	if (fraction === undefined || step.total === undefined || !step.rate) return undefined;
	if (now - step.startedAt < shortestEstimateMs) return undefined;
	if (fraction < smallestEstimateFraction) return undefined;
	return Math.max(0, step.total - step.done) / step.rate;
}
