import {mkdirSync} from 'node:fs';
import path from 'node:path';
import {hostSystem} from '../../engine/system/host.ts';
import {needMkcomposefs} from '../setup/mkcomposefs.ts';
import {type Benchmark, compare} from './benchmark.ts';
import {bundleProcess} from './bundle-process.ts';

/**
 * A root file system into an empty store, against `mkcomposefs --digest-store`: tree, hashes, objects,
 * image. Both end with all of it on the medium.
 */
export const importBenchmark: Benchmark = {
	name: 'import',
	title: 'root into an empty store, against mkcomposefs --digest-store',
	maxRatio: 0.6,
	async run({root, folder, rounds}) {
		const mkcomposefs = needMkcomposefs();
		const system = hostSystem();
		const program = await bundleProcess('test/bench/import-process.ts', folder);
		// Stores stay until the end: ext4 is slow to make files right after many were deleted.
		const storeOf = (side: string, round: number) => path.join(folder, `import-${side}-${round}`);
		const contender = (side: string) => ({
			prepare: async (round: number) => {
				mkdirSync(storeOf(side, round));
				// What the last one left to be written is not this one's to wait for.
				system.syncFileSystem(folder);
			},
		});
		return compare(
			'import',
			{
				ours: {
					...contender('ours'),
					command: (round) => [process.execPath, program, root, storeOf('ours', round)],
				},
				peer: {
					...contender('peer'),
					command: (round) => {
						const store = storeOf('peer', round);
						return [...mkcomposefs, `--digest-store=${store}`, root, path.join(store, 'image')];
					},
				},
			},
			rounds,
		);
	},
};
