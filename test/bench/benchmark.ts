import {type Measurement, type MeasureOptions, measure} from './measure.ts';

/** What a benchmark needs from whoever runs it. */
export interface BenchContext {
	/** A root file system of the reference image, unpacked. */
	readonly root: string;
	/** An empty folder for scratch files; the runner removes it. */
	readonly folder: string;
	/** How often each side is measured. */
	readonly rounds: number;
}

export interface BenchResult {
	readonly name: string;
	/** Medians in seconds, or bytes. */
	readonly ours: number;
	readonly peer: number;
	/** Ours by the peer's; less is better. */
	readonly ratio: number;
	/** Of ours: bytes, summed over the process tree, the highest of all rounds. */
	readonly peakMemory: number;
}

export interface Benchmark {
	readonly name: string;
	/** What it compares, for people. */
	readonly title: string;
	/** The ratio that is promised. */
	readonly maxRatio: number;
	/** Of what is measured, as it is shown: seconds (default), or bytes in MB. */
	readonly unit?: 's' | 'MB';
	run(context: BenchContext): Promise<BenchResult>;
}

/** One way to do the work; `round` is 0 for the first, which is not counted. */
export interface Contender {
	command(round: number): readonly [string, ...string[]];
	readonly options?: MeasureOptions;
	/** What the process says that the compared part of its work took; all of it when absent. */
	seconds?(round: number): number;
	/** Not measured. */
	prepare?(round: number): Promise<void>;
	cleanUp?(round: number): Promise<void>;
}

/**
 * Measures two contenders in turn, so that what disturbs the machine disturbs both. A round before the
 * first brings files into the page cache and is not counted.
 */
export async function compare(
	name: string,
	{ours, peer}: {readonly ours: Contender; readonly peer: Contender},
	rounds: number,
): Promise<BenchResult> {
	const measured = {ours: [] as Measurement[], peer: [] as Measurement[]};
	for (let round = 0; round <= rounds; round++) {
		for (const [side, contender] of [
			['ours', ours],
			['peer', peer],
		] as const) {
			await contender.prepare?.(round);
			const whole = await measure(contender.command(round), contender.options);
			const seconds = contender.seconds?.(round) ?? whole.seconds;
			await contender.cleanUp?.(round);
			if (round > 0) measured[side].push({...whole, seconds});
		}
	}
	const seconds = {ours: median(measured.ours), peer: median(measured.peer)};
	return {
		name,
		...seconds,
		ratio: seconds.ours / seconds.peer,
		peakMemory: Math.max(...measured.ours.map(({peakMemory}) => peakMemory)),
	};
}

function median(measurements: readonly Measurement[]): number {
	const sorted = measurements.map(({seconds}) => seconds).toSorted((a, b) => a - b);
	const middle = (sorted.length - 1) / 2;
	return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
