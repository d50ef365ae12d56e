import {hash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {build} from 'esbuild';
import {objectPathOf} from '../../engine/erofs/overlay.ts';
import {type SeededRandom, seededRandom} from '../seeded.ts';
import {makeMkcomposefs} from '../setup/mkcomposefs.ts';
import {type Benchmark, compare} from './benchmark.ts';

const entries = 100_000;

/**
 * A dump of 100,000 entries into an image, against `mkcomposefs --from-file`: whole processes, both with
 * the dump to parse and the image to write. Ours is bundled, as it is where it is installed.
 */
export const erofsWriterBenchmark: Benchmark = {
	name: 'image',
	title: 'image of a tree of 100,000 entries, against mkcomposefs --from-file',
	maxRatio: 1.5,
	async run({folder, rounds}) {
		const mkcomposefs = makeMkcomposefs();
		const program = path.join(folder, 'erofs-writer.mjs');
		await build({
			entryPoints: [path.join(import.meta.dirname, 'erofs-writer-process.ts')],
			outfile: program,
			bundle: true,
			platform: 'node',
			format: 'esm',
		});
		const dump = path.join(folder, 'erofs-writer.dump');
		writeFileSync(dump, makeDump(entries));
		const images = {
			ours: path.join(folder, 'erofs-writer-ours'),
			peer: path.join(folder, 'erofs-writer-peer'),
		};
		const result = await compare(
			'image',
			{
				ours: {command: () => [process.execPath, program, dump, images.ours]},
				peer: {command: () => [...mkcomposefs, '--from-file', dump, images.peer]},
			},
			rounds,
		);
		if (!readFileSync(images.ours).equals(readFileSync(images.peer)))
			throw new Error('the two images differ');
		return result;
	},
};

/** Of a tree as root file systems are: mostly files with an object, in folders of some twenty names. */
function makeDump(count: number): string {
	const random = seededRandom(1);
	const lines = ['/ 0 40755 2 0 0 0 1700000000.0 - - -'];
	const directories = [''];
	while (lines.length < count) {
		const parent = random.pick(directories);
		for (let names = random.between(1, 40); names > 0 && lines.length < count; names--) {
			const name = `${parent}/name-${lines.length.toString(36)}`;
			const isDirectory = random.below(12) === 0 && parent.split('/').length < 9;
			if (isDirectory) directories.push(name);
			const time = `${1_600_000_000 + random.below(1e8)}.${random.below(1e9)}`;
			lines.push(
				isDirectory ? `${name} 0 40755 2 0 0 0 ${time} - - -` : leafLine(name, time, random),
			);
		}
	}
	return `${lines.join('\n')}\n`;
}

function leafLine(name: string, time: string, random: SeededRandom): string {
	const kind = random.below(10);
	if (kind === 0) return `${name} 0 120777 1 0 0 0 ${time} ../lib/target-of-a-link - -`;
	if (kind === 1) return `${name} 5 100644 1 0 0 0 ${time} - small -`;
	const digest = hash('sha256', name, 'hex');
	return `${name} ${random.between(65, 1e6)} 100644 1 0 0 0 ${time} ${objectPathOf(digest)} - ${digest}`;
}
