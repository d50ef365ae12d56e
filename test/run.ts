/**
 * Runs every `*.test.ts` below the folders given (default: all of test/), each file in a process of
 * its own, two at a time. A file that hangs is killed by its own watchdog and counted as a failure; a
 * file without a test is one too, and in CI a left-over `.only`.
 * The last line is `N passed, N failed, N skipped`.
 *
 *   node test/run.ts [--unit] [--one-by-one] [FILE|FOLDER …]
 *
 * `--unit` leaves out what needs root, containers or virtual machines (test/host and test/vm), and what is
 * slow (slow-files.ts).
 */
import {spawn} from 'node:child_process';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {slowFiles} from './slow-files.ts';

interface FileResult {
	readonly passed: number;
	readonly failed: number;
	readonly skipped: number;
	readonly output: string;
	readonly fault?: string;
	readonly seconds: number;
}

const root = import.meta.dirname;
/** Every file is a process of its own, and so are many that it starts: all would compile the same modules again. */
const compileCache = path.join(root, '../.cache/compiled');
const unitWatchdogMs = 300_000;
/** Beyond the quota of `npm test`, one file may boot and check for an hour. */
const machineWatchdogMs = process.env.SLIPWAY_TEST_ALL === '1' ? 7_200_000 : 3_000_000;

const {values, positionals} = parseArgs({
	allowPositionals: true,
	options: {
		unit: {type: 'boolean'},
		'one-by-one': {type: 'boolean'},
	},
});

function isMachineTest(file: string): boolean {
	return /^(host|vm)\//.test(path.relative(root, file));
}

function testFiles(place: string): string[] {
	if (statSync(place).isFile()) return [path.resolve(place)];
	return readdirSync(place, {recursive: true, encoding: 'utf8'})
		.filter((name) => name.endsWith('.test.ts'))
		.map((name) => path.resolve(place, name))
		.sort();
}

function runFile(file: string): Promise<FileResult> {
	const watchdogMs = isMachineTest(file) ? machineWatchdogMs : unitWatchdogMs;
	const started = Date.now();
	const child = spawn(process.execPath, [path.join(root, 'run-file.ts'), file], {
		stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
		env: {...process.env, NODE_COMPILE_CACHE: compileCache},
		detached: true,
	});
	const output: Buffer[] = [];
	let report = '';
	child.stdout?.on('data', (data: Buffer) => output.push(data));
	child.stderr?.on('data', (data: Buffer) => output.push(data));
	child.stdio[3]?.on('data', (data: Buffer) => {
		report += data.toString();
	});
	let timedOut = false;
	const watchdog = setTimeout(() => {
		timedOut = true;
		// The whole group: a hung test's children would keep its pipes open.
		if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
	}, watchdogMs);
	return new Promise((resolve) => {
		child.on('close', (code) => {
			clearTimeout(watchdog);
			const counts = report === '' ? undefined : JSON.parse(report);
			const fault = timedOut
				? `still running after ${watchdogMs / 1000} s`
				: counts === undefined
					? `ended with status ${code} before its tests did`
					: process.env.CI && /\.only\(/.test(readFileSync(file, 'utf8'))
						? 'has a left-over .only'
						: counts.fault;
			resolve({
				passed: counts?.passed ?? 0,
				failed: (counts?.failed ?? 0) + (fault === undefined ? 0 : 1),
				skipped: counts?.skipped ?? 0,
				output: Buffer.concat(output).toString(),
				fault,
				seconds: (Date.now() - started) / 1000,
			});
		});
	});
}

/** Those that take minutes come first, so that neither lane ends long after the other. */
const leading = ['vm/power-cuts.test.ts', 'vm/update.test.ts', 'vm/', 'host/'];

function place(file: string): number {
	const name = path.relative(root, file);
	const at = leading.findIndex((start) => name.startsWith(start));
	return at === -1 ? leading.length : at;
}

const slow = new Set(slowFiles.map((name) => path.join(root, name)));
for (const file of slow) statSync(file);

const files = (positionals.length > 0 ? positionals : [root])
	.flatMap(testFiles)
	.filter((file) => !values.unit || !(isMachineTest(file) || slow.has(file)))
	.toSorted((a, b) => place(a) - place(b));
const sum = {passed: 0, failed: 0, skipped: 0};

async function runQueue(queue: string[]): Promise<void> {
	for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
		const result = await runFile(file);
		sum.passed += result.passed;
		sum.failed += result.failed;
		sum.skipped += result.skipped;
		const name = path.relative(root, file);
		console.log(
			`${result.failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped (${result.seconds.toFixed(1)} s)`,
		);
		if (result.failed > 0) console.log(result.output);
		else
			for (const line of result.output.match(/^skipped: .*$/gm) ?? []) console.log(`     ${line}`);
		if (result.fault !== undefined) console.log(`     ${name} ${result.fault}`);
	}
}

const queue = [...files];
const lanes = values['one-by-one'] ? 1 : 2;
await Promise.all(Array.from({length: lanes}, () => runQueue(queue)));
if (sum.passed + sum.failed === 0) {
	console.log('no test ran');
	sum.failed++;
}
if (sum.failed > 0) process.exitCode = 1;
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
