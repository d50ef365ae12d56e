/**
 * Presses keys on the screens, or on a program that only echoes, in a terminal of 200x50, and writes the median
 * time from a key to what it changes, in seconds.
 *
 *   node test/bench/ui-process.ts ours|peer FILE
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';

const [, , side = '', file = ''] = process.argv;
const programs: Readonly<Record<string, readonly string[]>> = {
	ours: [path.join(import.meta.dirname, '../ui/tui/program.ts'), 'rich', 'many'],
	peer: [path.join(import.meta.dirname, 'echo-process.ts')],
};
const keys = 60;
/** Nobody types faster, and the screens are still by then. */
const pauseMs = 100;

const command = `stty cols 200 rows 50; exec env NODE_ENV=production TERM=xterm-256color ${[process.execPath, ...(programs[side] ?? [])].join(' ')}`;
const child = spawn('script', ['-qfec', command, '/dev/null'], {stdio: ['pipe', 'pipe', 'ignore']});
const exited = once(child, 'exit');
let written = '';
child.stdout.on('data', (data: Buffer) => {
	written += data.toString();
});

async function until(expected: RegExp): Promise<void> {
	while (!expected.test(written)) await once(child.stdout, 'data');
}

await until(/Continue|echo:/);
if (side === 'ours') {
	child.stdin.write('\r');
	await until(/Disks \(100\)/);
}
const times: number[] = [];
for (let key = 0; key < keys; key++) {
	await setTimeout(pauseMs);
	const started = performance.now();
	child.stdin.write(side === 'ours' ? '\x1b[B' : 'x');
	await once(child.stdout, 'data');
	times.push(performance.now() - started);
}
child.kill('SIGKILL');
await exited;
const sorted = times.toSorted((a, b) => a - b);
writeFileSync(file, String((sorted[Math.floor(keys / 2)] ?? Number.NaN) / 1000));
