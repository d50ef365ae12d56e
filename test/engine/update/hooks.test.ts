import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {runCommand} from '../../../engine/system/commands.ts';
import {listHooks, runHooks} from '../../../engine/update/hooks.ts';

const test = suite<{root: string}>('hooks');
const system = {run: runCommand};
const timeLimitMs = 60_000;

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'hooks-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

/** @param script of sh, without its first line */
function writeHook(root: string, place: string, script = '', mode = 0o755): string {
	const file = path.join(root, place);
	mkdirSync(path.dirname(file), {recursive: true});
	writeFileSync(file, `#!/bin/sh\n${script}\n`);
	chmodSync(file, mode);
	return file;
}

const image = 'usr/lib/slipway/hooks.d';
const machine = 'etc/slipway/hooks.d';

test("are listed by name, the machine's in place of the image's", async ({root}) => {
	writeHook(root, `${image}/before-stage/20-image`);
	writeHook(root, `${image}/before-stage/50-both`);
	writeHook(root, `${image}/before-apply/10-other-point`);
	writeHook(root, `${machine}/before-stage/50-both`);
	writeHook(root, `${machine}/before-stage/10-machine`);
	assert.equal(
		(await listHooks('before-stage', root)).map((file) => path.relative(root, file)),
		[
			`${machine}/before-stage/10-machine`,
			`${image}/before-stage/20-image`,
			`${machine}/before-stage/50-both`,
		],
	);
	assert.equal(await listHooks('after-stage', root), []);
	assert.equal(await listHooks('before-stage', path.join(root, 'nothing')), []);
});

test('are masked, or left out when they are no programs', async ({root}) => {
	for (const name of ['10-masked', '20-not-executable', '30-gone', '40-kept', '60-loop'])
		writeHook(root, `${image}/after-apply/${name}`);
	const folder = path.join(root, machine, 'after-apply');
	mkdirSync(path.join(folder, '05-folder'), {recursive: true});
	symlinkSync('/dev/null', path.join(folder, '10-masked'));
	writeHook(root, `${machine}/after-apply/20-not-executable`, '', 0o644);
	symlinkSync('nowhere', path.join(folder, '30-gone'));
	symlinkSync('60-loop', path.join(folder, '60-loop'));
	writeHook(root, `${machine}/after-apply/.hidden`);
	const elsewhere = writeHook(root, 'opt/program');
	symlinkSync(elsewhere, path.join(folder, '50-link'));
	assert.equal(
		(await listHooks('after-apply', root)).map((file) => path.basename(file)),
		['40-kept', '50-link'],
	);
});

test('run in order and know what it is about', async ({root}) => {
	const log = path.join(root, 'log');
	const script = `echo "$(basename "$0") $SLIPWAY_HOOK $SLIPWAY_IMAGE" >>${log}`;
	writeHook(root, `${image}/before-stage/20-b`, script);
	writeHook(root, `${machine}/before-stage/10-a`, script);
	const hooks = await listHooks('before-stage', root);
	const env = {SLIPWAY_IMAGE: 'registry.example.com/myos:latest'};
	assert.equal(await runHooks(system, 'before-stage', hooks, {timeLimitMs, env}), []);
	assert.is(
		readFileSync(log, 'utf8'),
		'10-a before-stage registry.example.com/myos:latest\n20-b before-stage registry.example.com/myos:latest\n',
	);
});

test('stop at the first failure before an act, and tell all after one', async ({root}) => {
	const bad = writeHook(root, 'bad', 'echo no backup >&2; exit 3');
	const alsoBad = writeHook(root, 'also-bad', 'kill -9 $$');
	const first = {hook: bad, text: `${bad} ended with status 3: no backup`};
	const second = {hook: alsoBad, text: `${alsoBad} ended with signal SIGKILL`};
	const options = {timeLimitMs};
	assert.equal(await runHooks(system, 'before-apply', [bad, alsoBad], options), [first]);
	assert.equal(await runHooks(system, 'after-apply', [bad, alsoBad], options), [first, second]);
});

test('fail when they are no programs after all', async ({root}) => {
	const noInterpreter = path.join(root, 'no-interpreter');
	writeFileSync(noInterpreter, '#!/nonexistent/shell\n', {mode: 0o755});
	const notExecutable = writeHook(root, 'not-executable', '', 0o644);
	assert.equal(
		await runHooks(system, 'after-stage', [noInterpreter, notExecutable], {timeLimitMs}),
		[
			{hook: noInterpreter, text: `${noInterpreter} is not installed`},
			{hook: notExecutable, text: `${notExecutable} cannot be run: EACCES`},
		],
	);
});

test('end after their time', async ({root}) => {
	const slow = writeHook(root, 'slow', 'exec sleep 60');
	assert.equal(await runHooks(system, 'before-stage', [slow], {timeLimitMs: 50}), [
		{hook: slow, text: `${slow} was still running after 0.05 s`},
	]);
});

test('end with who runs them', async ({root}) => {
	const slow = writeHook(root, 'slow', 'exec sleep 60');
	const controller = new AbortController();
	const running = runHooks(system, 'before-stage', [slow, slow], {
		timeLimitMs,
		signal: controller.signal,
	});
	controller.abort(new Error('the service stops'));
	await running.then(
		() => assert.unreachable('it went on'),
		(error: unknown) => assert.is((error as Error).message, 'the service stops'),
	);
});

test.run();
