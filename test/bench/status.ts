import path from 'node:path';
import {type Benchmark, compare} from './benchmark.ts';

const dist = path.join(import.meta.dirname, '../../dist');

/** A start is short, and what disturbs it is not: it takes many to see it. */
const roundsForOne = 7;

export const statusBenchmark: Benchmark = {
	name: 'status',
	title: 'slipway status of the bundle, against node -e 0',
	maxRatio: 3,
	run: ({rounds}) =>
		compare(
			'status',
			{
				ours: {command: () => [path.join(dist, 'slipway'), 'status']},
				peer: {command: () => [path.join(dist, 'node'), '-e', '0']},
			},
			rounds * roundsForOne,
		),
};
