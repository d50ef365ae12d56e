/**
 * Measures slipway against other programs that do the same, both in one run, and prints medians.
 *
 *   node test/bench/run.ts [--json] [--rounds N] [NAME …]
 *
 * `--json` prints an object a line: name, ours, peer (seconds, or bytes), ratio, peakMemory (bytes, summed over our
 * process tree). Ends with status 1 when a ratio is above what is promised. As root, on Debian.
 */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {cache} from '../setup/image.ts';
import type {Benchmark, BenchResult} from './benchmark.ts';
import {qcow2Benchmark, rawBenchmark, repartBenchmark} from './disk.ts';
import {dumpBenchmark, imageBenchmark} from './erofs-writer.ts';
import {importBenchmark} from './import.ts';
import {installBenchmark} from './install.ts';
import {checkBenchmark, podmanPullBenchmark, pullBenchmark} from './pull.ts';
import {referenceRoot} from './reference-root.ts';
import {statusBenchmark} from './status.ts';
import {keysBenchmark} from './ui.ts';
import {addedBytesBenchmark, chunkedUpdateBenchmark, plainUpdateBenchmark} from './update.ts';

const benchmarks: readonly Benchmark[] = [
	importBenchmark,
	installBenchmark,
	rawBenchmark,
	repartBenchmark,
	qcow2Benchmark,
	imageBenchmark,
	dumpBenchmark,
	statusBenchmark,
	keysBenchmark,
	pullBenchmark,
	podmanPullBenchmark,
	checkBenchmark,
	plainUpdateBenchmark,
	chunkedUpdateBenchmark,
	addedBytesBenchmark,
];

const {values, positionals} = parseArgs({
	allowPositionals: true,
	options: {json: {type: 'boolean', default: false}, rounds: {type: 'string', default: '3'}},
});

function show(benchmark: Benchmark, {ours, peer, ratio, peakMemory}: BenchResult): string {
	const cells = [
		benchmark.name.padEnd(14),
		amount(ours, benchmark).padStart(9),
		amount(peer, benchmark).padStart(9),
		`${ratio.toFixed(2)} ×`.padStart(8),
		`≤ ${benchmark.maxRatio} ×`.padStart(9),
		`${(peakMemory / 1e6).toFixed(0)} MB`.padStart(8),
	];
	return `${cells.join(' ')}  ${benchmark.title}`;
}

function amount(value: number, {unit = 's'}: Benchmark): string {
	if (unit === 'MB') return `${(value / 1e6).toFixed(2)} MB`;
	return value < 0.1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`;
}

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'bench-'));
try {
	const root = await referenceRoot(folder);
	if (!values.json) console.log('name                ours      peer    ratio  promised   memory');
	for (const benchmark of benchmarks) {
		if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
		const result = await benchmark.run({root, folder, rounds: Number(values.rounds)});
		console.log(values.json ? JSON.stringify(result) : show(benchmark, result));
		if (result.ratio > benchmark.maxRatio) process.exitCode = 1;
	}
} finally {
	rmSync(folder, {recursive: true});
}
