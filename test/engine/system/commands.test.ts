import {mkdtempSync, rmSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking} from '../../../engine/errors.ts';
import {CommandFailed, runCommand} from '../../../engine/system/commands.ts';

const test = suite('commands');

async function failure(run: Promise<unknown>): Promise<unknown> {
	return run.then(
		() => assert.unreachable('it did not fail'),
		(error: unknown) => error,
	);
}

test('gives what a program printed, to the last byte', async () => {
	assert.equal(await runCommand('printf', ['a b\\n\\n']), {
		status: 0,
		stdout: 'a b\n\n',
		stderr: '',
	});
});

test('keeps the end of what a program printed when told so', async () => {
	const script = 'seq 1 100000; printf "end é" >&2';
	assert.equal(await runCommand('sh', ['-c', script], {outputTail: 8}), {
		status: 0,
		stdout: '\n100000\n',
		stderr: 'end é',
	});
});

test('takes no shell in between', async () => {
	assert.is((await runCommand('printf', ['%s', '$HOME; ls'])).stdout, '$HOME; ls');
});

test('hands over text, bytes and streams on standard input', async () => {
	async function* stream() {
		yield Buffer.from('from a ');
		yield Buffer.from('stream');
	}
	for (const [input, expected] of [
		['text', 'text'],
		[Buffer.from('bytes'), 'bytes'],
		[stream(), 'from a stream'],
	] as const) {
		assert.is((await runCommand('cat', [], {input})).stdout, expected);
	}
});

test('gives an empty standard input when there is none to hand over', async () => {
	assert.is((await runCommand('cat', [])).stdout, '');
});

test('speaks C, and passes what is added to the environment', async () => {
	const {stdout} = await runCommand('env', [], {env: {SOURCE_DATE_EPOCH: '7', LC_ALL: 'de_DE'}});
	assert.ok(stdout.includes('\nSOURCE_DATE_EPOCH=7\n'));
	assert.ok(stdout.includes('LC_ALL=C\n'));
});

test('takes a status for a result when told so', async () => {
	const {status} = await runCommand('sh', ['-c', 'exit 2'], {okStatuses: [0, 2]});
	assert.is(status, 2);
});

test('throws with the command, its status and the tail of its stderr', async () => {
	const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i >&2; done; exit 3';
	const error = await failure(runCommand('sh', ['-c', script]));
	assert.instance(error, CommandFailed);
	assert.is((error as CommandFailed).status, 3);
	assert.match(String(error), /ended with status 3: line 3; .*; line 10$/);
});

test('names the signal that ended a command', async () => {
	const error = await failure(runCommand('sh', ['-c', 'kill -9 $$']));
	assert.match(String(error), /ended with signal SIGKILL$/);
});

test('says which program is not installed', async () => {
	const error = await failure(runCommand('no-such-program', []));
	assert.instance(error, Lacking);
	assert.is((error as Lacking).code, 'missing-program');
	assert.is((error as Lacking).message, 'no-such-program is not installed');
});

test('ends a command when its signal aborts', async () => {
	const controller = new AbortController();
	const running = failure(runCommand('cat', [], {input: endless(), signal: controller.signal}));
	controller.abort(new Error('enough'));
	assert.is(((await running) as Error).message, 'enough');
});

test('does not wait for what an aborted command left behind', async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'commands-'));
	const fifo = path.join(folder, 'fifo');
	try {
		await runCommand('mkfifo', [fifo]);
		const controller = new AbortController();
		const script = `sleep 60 & echo $! >"$1"; wait`;
		const args = ['-c', script, 'sh', fifo];
		const running = failure(runCommand('sh', args, {signal: controller.signal}));
		const leftBehind = Number(await readFile(fifo, 'utf8'));
		controller.abort(new Error('enough'));
		assert.is(((await running) as Error).message, 'enough');
		assert.ok(process.kill(leftBehind, 'SIGKILL'), 'it had ended');
	} finally {
		rmSync(folder, {recursive: true});
	}
});

async function* endless() {
	for (;;) {
		yield Buffer.from('more\n');
		await new Promise((resolve) => setImmediate(resolve));
	}
}

test.run();
