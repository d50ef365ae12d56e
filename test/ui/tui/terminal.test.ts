/** The screens in real terminals: keys go in, and what is looked at is what a person would see. */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isTmuxThere, openTerminal} from './tmux.ts';

const test = suite('screens in a terminal');

const hasTmux = isTmuxThere();
const hasScript = spawnSync('script', ['--version']).error === undefined;
if (!hasTmux) console.log('skipped: tmux is not installed');
if (!hasScript) console.log('skipped: script is not installed');
const inTmux = hasTmux ? test : test.skip;
const inScript = hasScript ? test : test.skip;

inTmux('follow the size of the terminal, and say when it is too small', async () => {
	using terminal = openTerminal({});
	await terminal.see(/Continue/);
	terminal.resize(50, 12);
	await terminal.see(/This terminal is 50x12/);
	terminal.resize(132, 43);
	const screen = await terminal.see(/Continue[\s\S]*Ctrl\+C leave/);
	assert.match(screen.split('\n')[1] ?? '', /^─{132}$/);
});

inTmux('find one of a hundred disks, change their signs, and put the terminal back', async () => {
	using terminal = openTerminal({columns: 200, rows: 50}, 'auto', 'many');
	await terminal.see(/Continue/);
	terminal.press('Enter');
	await terminal.see(/─ Disks \(100\)/);
	terminal.press('/', '77');
	await terminal.see(/Disks with "77" \(1 of 100\)/);
	terminal.press('C-t');
	await terminal.see(/- Disks with "77"/);
	terminal.press('C-c');
	await terminal.see(/Once more leaves/);
	terminal.press('C-c');
	const screen = await terminal.see(/ended with 130/);
	assert.not.match(screen, /Disks/);
});

inTmux('ask line by line in a terminal that can only print', async () => {
	using terminal = openTerminal({term: 'dumb', rows: 50});
	await terminal.see(/Enter: continue/);
	terminal.press('Enter');
	await terminal.see(/Number:/);
	terminal.press('2', 'Enter');
	await terminal.see(/Layout\n-+\n/);
	terminal.press(':quit', 'Enter');
	await terminal.see(/ended with 130/);
});

/** The screens in a terminal that tells no size and does not answer, as a serial line. */
async function withoutSize(
	use: (pid: number, written: () => string) => Promise<void>,
): Promise<string> {
	const words = [process.execPath, path.join(import.meta.dirname, 'program.ts')];
	const command = `exec env TERM=vt220 ${words.join(' ')}`;
	const child = spawn('script', ['-qfec', command, '/dev/null'], {
		stdio: ['pipe', 'pipe', 'ignore'],
	});
	const exited = once(child, 'exit');
	let written = '';
	child.stdout.on('data', (data: Buffer) => {
		written += data.toString();
	});
	while (!written.includes('Continue')) await once(child.stdout, 'data');
	const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
	await use(Number(pid), () => written);
	child.kill('SIGKILL');
	await exited;
	return written;
}

const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Of the process so far, in hundredths of a second. */
function processorTime(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return Number(fields[11]) + Number(fields[12]);
}

inScript('open nothing anew and are idle where the terminal tells no size', async () => {
	await withoutSize(async (pid) => {
		const before = {descriptors: descriptors(pid), time: processorTime(pid)};
		const spanMs = 4000;
		await setTimeout(spanMs);
		assert.is(descriptors(pid), before.descriptors);
		const share = (processorTime(pid) - before.time) / (spanMs / 10);
		assert.ok(share < 0.05, `${share} of a core`);
	});
});

inScript('put the terminal back at a signal', async () => {
	const written = await withoutSize(async (pid, written) => {
		process.kill(pid, 'SIGTERM');
		while (!written().includes('[?2004l')) await setTimeout(20);
	});
	assert.ok(written.includes('\x1b[0m\x1b[?2004l\x1b[H\x1b[2J\x1b[?25h'));
});

test.run();
