/** Runs one test file with uvu and reports its counts as JSON on file descriptor 3; see run.ts. */
import {writeSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

type Runner = () => Promise<[errors: string | true, ran: number, skipped: number, total: number]>;
declare global {
	var UVU_DEFER: number;
	var UVU_INDEX: number;
	var UVU_QUEUE: [name: string, ...Runner[]][];
}

const file = process.argv[2];
if (file === undefined) throw new Error('usage: run-file.ts FILE');
const counts = {passed: 0, failed: 0, skipped: 0, fault: undefined as string | undefined};

globalThis.UVU_DEFER = 1;
globalThis.UVU_INDEX = 0;
const uvu = await import('uvu');
const group: [string, ...Runner[]] = [path.basename(file)];
globalThis.UVU_QUEUE.push(group);
await import(pathToFileURL(file).href);
const runners = group.splice(1) as Runner[];
if (runners.length === 0) counts.fault = 'never calls test.run()';
for (const runner of runners) {
	group.push(async () => {
		const outcome = await runner();
		counts.passed += outcome[1];
		counts.skipped += outcome[2];
		counts.failed += outcome[3] - outcome[1];
		return outcome;
	});
}
await (uvu as unknown as {exec(bail?: boolean): Promise<void>}).exec();
writeSync(3, JSON.stringify(counts));
// A handle a test left open must not hold the run up.
process.exit(counts.failed > 0 ? 1 : 0);
