import {existsSync, mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type EngineError, OperationFailed, Refused} from '../../../engine/errors.ts';
import type {ProgressEvent} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {noAnswers, type Script, type ScriptAnswers} from '../../../installer/answers/answers.ts';
import {InstallScripts} from '../../../installer/scripts/install-scripts.ts';
import {findScriptProblems} from '../../../installer/scripts/script-problems.ts';

const test = suite('scripts of an installation');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-script-test-'));
test.after(() => rmSync(folder, {recursive: true}));

function script(text: string, changes: Partial<Script> = {}): Script {
	const defaults = {interpreter: '/bin/sh', chroot: false, required: true, log: undefined};
	return {text, timeoutSeconds: 60, ...defaults, ...changes};
}

interface Outcome {
	readonly failure: unknown;
	readonly events: readonly ProgressEvent[];
	readonly output: readonly string[];
}

async function play(
	given: Partial<ScriptAnswers>,
	act: (scripts: InstallScripts) => Promise<void>,
	signal = new AbortController().signal,
): Promise<Outcome> {
	const events: ProgressEvent[] = [];
	const scripts = {...noAnswers.scripts, ...given};
	const install = {scripts, disk: '/dev/sda', signal};
	using all = new InstallScripts(hostSystem(), install, (event) => events.push(event));
	const failure = await act(all).then(
		() => undefined,
		(error: unknown) => error,
	);
	const output = events.flatMap((event) => (event.type === 'output' ? event.line : []));
	return {failure, events, output};
}

test('tell what they print line by line, without what fools a terminal', async () => {
	const {failure, events} = await play(
		{pre: [script(`printf '\\033[2J\\tone "\\\\\\n' >&2; echo $SLIPWAY_SCRIPT $SLIPWAY_DISK`)]},
		(scripts) => scripts.beforeLooking(),
	);
	assert.is(failure, undefined);
	assert.equal(events, [
		{
			type: 'step',
			step: 'pre-script-1',
			title: 'Running the script before the disk is looked at, number 1 of 1',
		},
		{type: 'output', step: 'pre-script-1', line: '\\u{1b}[2J    one "\\'},
		{type: 'output', step: 'pre-script-1', line: 'pre /dev/sda'},
		{type: 'done', step: 'pre-script-1'},
	]);
});

test('run by their interpreter, with a text that is on no command line and gone afterwards', async () => {
	const {output} = await play(
		{
			preInstall: [
				script('secret=$0; echo "$0"; stat -c %a "$0" "$(dirname "$0")"; cat /proc/$$/cmdline'),
			],
		},
		(scripts) => scripts.beforeWriting(),
	);
	const [file = '', ...rest] = output;
	assert.equal(rest.slice(0, 2), ['700', '700']);
	assert.not.match(rest.join(''), 'secret');
	assert.not.ok(existsSync(file));
	const perl = script('', {interpreter: '/bin/cat'});
	assert.is((await play({pre: [perl]}, (scripts) => scripts.beforeLooking())).failure, undefined);
});

test('refuse the installation when a required one fails before the first write', async () => {
	for (const [moment, act] of [
		['pre', (scripts: InstallScripts) => scripts.beforeLooking()],
		['preInstall', (scripts: InstallScripts) => scripts.beforeWriting()],
	] as const) {
		const all = [
			script('exit 1', {required: false}),
			script('echo why; exit 7'),
			script('echo no'),
		];
		const {failure, events, output} = await play({[moment]: all}, act);
		assert.instance(failure, Refused);
		const {code, message} = failure as EngineError;
		assert.is(code, 'script-failed');
		assert.match(message, /^the script before .*, number 2 of 3, ended with status 7: why$/);
		assert.equal(output, ['why']);
		assert.match(
			events.flatMap((event) => (event.type === 'warning' ? event.message : [])).join(),
			/number 1 of 3, ended with status 1$/,
		);
	}
});

test('are ended by their time limit, with what they started', async () => {
	const started = Date.now();
	const slow = script('sleep 50 & echo begun; sleep 50', {timeoutSeconds: 1});
	const {failure} = await play({pre: [slow]}, (scripts) => scripts.beforeLooking());
	assert.match((failure as Error).message, /was ended after 1 s$/);
	assert.ok(Date.now() - started < 45_000);
});

test('stop when the installation is interrupted', async () => {
	const reason = new Error('called off');
	const {failure, events} = await play(
		{pre: [script('echo never')]},
		(scripts) => scripts.beforeLooking(),
		AbortSignal.abort(reason),
	);
	assert.equal([failure, events], [reason, []]);
});

test('keep a log that root alone can read, and say when they cannot', async () => {
	const log = path.join(folder, 'deep/pre.log');
	const all = [script('echo one; printf two', {log}), script('echo three', {log})];
	await play({pre: all}, (scripts) => scripts.beforeLooking());
	assert.is(readFileSync(log, 'utf8'), 'one\ntwo\nthree\n');
	assert.is(statSync(log).mode & 0o777, 0o600);
	const {failure} = await play({pre: [script('true', {log: folder})]}, (scripts) =>
		scripts.beforeLooking(),
	);
	assert.match((failure as Error).message, /has no log: EISDIR/);
});

test('do not fill the log of the installation without an end', async () => {
	const {output} = await play({pre: [script('seq 1 5000')]}, (scripts) => scripts.beforeLooking());
	assert.is(output.length, 2001);
	assert.equal(output.slice(-2), ['2000', '… and more, which is left out']);
});

const report = 'echo "$INSTALLER_ERROR; $INSTALLER_STEP; $INSTALLER_RESULT"; cat "$INSTALLER_LOG"';

test('after a failure are told of it, and change nothing about it', async () => {
	for (const [error, result] of [
		[new Refused('in-use', 'in use'), 'unchanged'],
		[new OperationFailed('broken', 'in use'), 'unfinished'],
	] as const) {
		const onError = [script(report), script('exit 1')];
		const {failure, output, events} = await play({onError}, async (scripts) => {
			scripts.report({type: 'step', step: 'root', title: 'Writing'});
			await scripts.afterFailure(error);
		});
		assert.is(failure, undefined);
		assert.equal(output.slice(0, 2), [`in use; root; ${result}`, 'Writing']);
		assert.is(events.filter(({type}) => type === 'warning').length, 1);
	}
});

test('after a failure do not run when somebody interrupted it', async () => {
	const {events} = await play(
		{onError: [script('echo no')]},
		(scripts) => scripts.afterFailure(new Error('x')),
		AbortSignal.abort(),
	);
	assert.equal(events, []);
});

test('are refused before the first write for interpreters that the image lacks', () => {
	const scripts = {
		...noAnswers.scripts,
		pre: [script('', {interpreter: '/no/python'}), script('')],
		onError: [script('', {interpreter: '/no/python'}), script('', {interpreter: '/etc/passwd'})],
	};
	assert.equal(
		findScriptProblems(hostSystem(), scripts, 'ext4').map(({message}) => message),
		[
			'a script is for /no/python, which the image lacks',
			'a script is for /etc/passwd, which the image lacks',
		],
	);
});

test.run();
