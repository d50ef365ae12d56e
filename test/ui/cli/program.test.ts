import {spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {version} from '../../../engine/version.ts';
import {commandTable} from '../../../ui/cli/commands/table.ts';
import {formatCommandHelp, formatExitStatusTopic, formatOverview} from '../../../ui/cli/help.ts';
import {restoreEnvironment} from '../../../ui/cli/launcher-environment.ts';
import {slipway, startModule} from './run-program.ts';

const test = suite('program');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-program-'));
test.after(() => rmSync(folder, {recursive: true}));
const sources = path.join(import.meta.dirname, '../../../ui/cli');

test('prints its version, which is that of the package', () => {
	const {version: packageVersion} = JSON.parse(
		readFileSync(path.join(import.meta.dirname, '../../../package.json'), 'utf8'),
	);
	assert.is(version, packageVersion);
	assert.equal(slipway(['--version']), {
		status: 0,
		stdout: `slipway ${packageVersion}\n`,
		stderr: '',
	});
});

test('alone prints the overview', () => {
	assert.equal(slipway([]), {
		status: 0,
		stdout: `${formatOverview(commandTable).join('\n')}\n`,
		stderr: '',
	});
});

test('helps with every command, from every side, in lines that fit 80 columns', async () => {
	for (const entry of commandTable) {
		const lines = formatCommandHelp(entry, await entry.load());
		assert.is(lines[0]?.startsWith(`Usage: slipway ${entry.name}`), true);
		for (const line of lines) assert.ok(line.length <= 80, `${entry.name}: ${line}`);
	}
	for (const line of [...formatOverview(commandTable), ...formatExitStatusTopic()])
		assert.ok(line.length <= 80, line);
	const [entry] = commandTable.filter(({name}) => name === 'lint');
	assert.ok(entry);
	const page = {
		status: 0,
		stdout: `${formatCommandHelp(entry, await entry.load()).join('\n')}\n`,
		stderr: '',
	};
	assert.equal(slipway(['lint', '--json', '--help']), page);
	assert.equal(slipway(['help', 'lint']), page);
});

test('gives a slow reader all of a long output, and tells of one that nothing takes', async () => {
	const wide = path.join(folder, 'wide');
	mkdirSync(wide);
	for (let n = 0; n < 4000; n++) writeFileSync(path.join(wide, `${n}`.padEnd(200, '-')), '');
	const {child} = startModule(path.join(sources, 'main.ts'), ['image', 'inspect', '-q', wide]);
	// A pipe holds less, so that the program is done long before its reader has it all.
	await once(child.stdout, 'readable');
	let length = 0;
	for await (const chunk of child.stdout) length += String(chunk).length;
	assert.ok(length > 4000 * 200, `${length} bytes`);
	const full = openSync('/dev/full', 'w');
	const {status, stderr} = spawnSync(process.execPath, [path.join(sources, 'main.ts'), 'help'], {
		encoding: 'utf8',
		stdio: ['ignore', full, 'pipe'],
	});
	closeSync(full);
	assert.is(status, 1);
	assert.match(stderr, /standard output cannot be written: ENOSPC/);
});

test('documents what it exits with', () => {
	assert.equal(slipway(['help', 'exit-status']), {
		status: 0,
		stdout: `What slipway exits with:

  0    Done as asked.
  1    It was tried and failed, or slipway itself has a defect.
  2    The command line or a file of settings is wrong.
  3    A check before the first write said no; nothing was changed.
  4    Data is damaged, hostile or not what it claims to be.
  5    A privilege, kernel feature or program is missing; nothing was changed.
  75   auto-update: something was put off, and is tried again.
  77   upgrade, switch: there is nothing new.
  100  upgrade --check, switch --check: there is an update.
  130  Ended by SIGINT (Ctrl+C).
  143  Ended by SIGTERM.

These never change their meaning. Every error names its cause, and most a next
step. Set SLIPWAY_DEBUG=1 to see where in the program an error came from.
`,
		stderr: '',
	});
});

test('ends with status 2 and a suggestion for a command line that is wrong', () => {
	assert.equal(slipway(['lnit']), {
		status: 2,
		stdout: '',
		stderr: 'slipway: there is no command lnit\n  hint: Did you mean slipway lint?\n',
	});
});

test('shows the stack of an error with SLIPWAY_DEBUG=1', () => {
	const {status, stderr} = slipway(['lint', '/no/such/folder'], {SLIPWAY_DEBUG: '1'});
	assert.is(status, 1);
	assert.match(
		stderr,
		/^slipway: cannot stat \/no\/such\/folder: no such file or directory\n {4}at /,
	);
});

/** A program like main.ts, with a command that waits for ever. */
function writeWaitingProgram(command: string): string {
	const file = path.join(folder, 'waiting.ts');
	writeFileSync(
		file,
		`import {reportError} from ${JSON.stringify(`${sources}/error-text.ts`)};
import {watchForInterruption} from ${JSON.stringify(`${sources}/interruption.ts`)};
import {runCommandLine} from ${JSON.stringify(`${sources}/run.ts`)};
const interruption = watchForInterruption();
const context = {signal: interruption.signal, print: console.log};
const command = {options: {}, positionals: {}, ${command}};
const table = [{name: 'wait', summary: '', load: async () => command}];
setInterval(() => {}, 1000);
try {
	process.exit(await runCommandLine(['wait'], table, context, interruption));
} catch (error) {
	console.log(reportError(error, {debug: false}).lines.join('; '));
	process.exit(interruption.exitStatus() ?? 1);
}
`,
	);
	return file;
}

/** Sends the signals, each when the program has printed another line. */
async function interrupt(command: string, signals: NodeJS.Signals[]) {
	const {child, exited} = startModule(writeWaitingProgram(command));
	let output = '';
	for await (const data of child.stdout) {
		output += data;
		const signal = signals.shift();
		if (signal !== undefined) child.kill(signal);
	}
	const [status] = await exited;
	return {status, output};
}

const waitForEver = 'context.print("begun"); await new Promise(() => {});';
const cleanUp = `
	context.print('begun');
	await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
	context.print('cleaned up');`;

test('ends a command that cleans nothing up at the first signal', async () => {
	assert.equal(await interrupt(`async run(context) { ${waitForEver} }`, ['SIGTERM']), {
		status: 143,
		output: 'begun\nslipway: interrupted\n',
	});
});

test('lets a command clean up after a signal', async () => {
	assert.equal(
		await interrupt(
			`cleansUp: true, async run(context) { ${cleanUp} context.signal.throwIfAborted(); }`,
			['SIGINT'],
		),
		{status: 130, output: 'begun\ncleaned up\nslipway: interrupted\n'},
	);
});

test('ends at once at the second signal', async () => {
	assert.equal(
		await interrupt(
			`cleansUp: true, async run(context) { ${cleanUp} await new Promise(() => {}); }`,
			['SIGINT', 'SIGTERM'],
		),
		{status: 130, output: 'begun\ncleaned up\n'},
	);
});

test('is quiet when nobody reads its output to the end', async () => {
	const {child, exited} = startModule(path.join(sources, 'main.ts'), ['help', 'lint']);
	child.stdout.destroy();
	let stderr = '';
	for await (const data of child.stderr) stderr += data;
	assert.equal([await exited, stderr], [[0, null], '']);
});

test("gives programs that it starts the person's own environment", () => {
	const cases: [NodeJS.ProcessEnv, NodeJS.ProcessEnv][] = [
		[{LD_LIBRARY_PATH: '/mine'}, {LD_LIBRARY_PATH: '/mine'}],
		[{LD_LIBRARY_PATH: '/dist/lib', MALLOC_ARENA_MAX: '1', SLIPWAY_LIBRARY_PATH: ''}, {}],
		[
			{LD_LIBRARY_PATH: '/dist/lib:/mine', SLIPWAY_LIBRARY_PATH: '/mine'},
			{LD_LIBRARY_PATH: '/mine'},
		],
	];
	for (const [env, restored] of cases) {
		restoreEnvironment(env);
		assert.equal(env, restored);
	}
});

test.run();
