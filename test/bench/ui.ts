import {readFileSync} from 'node:fs';
import path from 'node:path';
import {type Benchmark, type Contender, compare} from './benchmark.ts';

const driver = path.join(import.meta.dirname, 'ui-process.ts');

function contender(folder: string, side: 'ours' | 'peer'): Contender {
	const file = path.join(folder, `ui-${side}`);
	return {
		command: () => [process.execPath, driver, side, file],
		seconds: () => Number(readFileSync(file, 'utf8')),
	};
}

export const keysBenchmark: Benchmark = {
	name: 'ui',
	title: 'from a key to the screen with 100 disks at 200x50, against an ink program that echoes',
	maxRatio: 2,
	run: ({folder, rounds}) =>
		compare('ui', {ours: contender(folder, 'ours'), peer: contender(folder, 'peer')}, rounds),
};
