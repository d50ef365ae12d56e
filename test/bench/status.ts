import path from 'node:path';
import {type BenchResult, type CommandLine, median, peakMemoryOf, timeCommand} from './measure.ts';

const rounds = 41;

/** `slipway status` of the bundle against the start of its Node alone. Needs `npm run build`. */
export async function benchStatus(
	dist = path.join(import.meta.dirname, '../../dist'),
): Promise<BenchResult> {
	const slipway: CommandLine = [path.join(dist, 'slipway'), 'status'];
	const node: CommandLine = [path.join(dist, 'node'), '-e', '0'];
	const times = {ours: [] as number[], peer: [] as number[]};
	// In turns, so that whatever else the machine does falls on both.
	for (let round = 0; round < rounds; round++) {
		times.ours.push(await timeCommand(slipway));
		times.peer.push(await timeCommand(node));
	}
	const ours = median(times.ours);
	const peer = median(times.peer);
	return {
		name: 'slipway status / node -e 0',
		ours,
		peer,
		ratio: ours / peer,
		peakMemory: await peakMemoryOf(slipway),
	};
}
