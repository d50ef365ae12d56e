import {hash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {build} from 'esbuild';
import {objectPathOf} from '../../engine/erofs/overlay.ts';
import {type SeededRandom, seededRandom} from '../seeded.ts';
import {needMkcomposefs} from '../setup/mkcomposefs.ts';
import {type BenchContext, type Benchmark, type BenchResult, compare} from './benchmark.ts';

const entries = 100_000;

/** The writer alone, from a tree to bytes in memory, against all that `mkcomposefs --from-file` does. */
export const imageBenchmark: Benchmark = {
	name: 'image',
	title: 'image of 100,000 entries, the writer alone, against mkcomposefs --from-file',
	maxRatio: 1.5,
	run: (context) => compareWriters(context, {name: 'image', isWhole: false}),
};

/** The same as whole processes: both parse the dump and write the image to a file. */
export const dumpBenchmark: Benchmark = {
	name: 'dump',
	title: 'dump of 100,000 entries into an image, against mkcomposefs --from-file',
	maxRatio: 2,
	run: (context) => compareWriters(context, {name: 'dump', isWhole: true}),
};

async function compareWriters(
	{folder, rounds}: BenchContext,
	{name, isWhole}: {readonly name: string; readonly isWhole: boolean},
): Promise<BenchResult> {
	const mkcomposefs = needMkcomposefs();
	const file = (suffix: string) => path.join(folder, `${name}-${suffix}`);
	const [program, dump, report] = [file('writer.mjs'), file('dump'), file('seconds')];
	const images = {ours: file('ours'), peer: file('peer')};
	// As it is where it is installed: without types to strip.
	await build({
		entryPoints: [path.join(import.meta.dirname, 'erofs-writer-process.ts')],
		outfile: program,
		bundle: true,
		platform: 'node',
		format: 'esm',
	});
	writeFileSync(dump, makeDump(entries));
	const ours = {command: () => [process.execPath, program, dump, images.ours, report] as const};
	const seconds = () => Number(readFileSync(report, 'utf8'));
	const result = await compare(
		name,
		{
			ours: isWhole ? ours : {...ours, seconds},
			peer: {command: () => [...mkcomposefs, '--from-file', dump, images.peer]},
		},
		rounds,
	);
	if (!readFileSync(images.ours).equals(readFileSync(images.peer)))
		throw new Error('the two images differ');
	return result;
}

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
