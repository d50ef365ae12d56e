import type {ProgressReporter} from '../../engine/progress.ts';

/** Counts bytes of one step, and reports them in portions that are worth drawing. */
export interface ByteProgress {
	add(bytes: number): void;
	done(): void;
}

const portion = 4 << 20;

export function byteProgress(
	report: ProgressReporter,
	step: string,
	title: string,
	total: number,
): ByteProgress {
	report({type: 'step', step, title, total, unit: 'bytes'});
	let done = 0;
	let reported = 0;
	return {
		add(bytes) {
			done += bytes;
			if (done - reported < portion) return;
			reported = done;
			// Targets of links that take a block were not counted.
			report({type: 'advance', step, done: Math.min(done, total)});
		},
		done: () => report({type: 'done', step}),
	};
}
