/** The root of a new system, mounted from its partition for the scripts of post. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../engine/errors.ts';
import type {ProgressEvent} from '../../engine/progress.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {readMounts} from '../../engine/system/mount-points.ts';
import type {Script} from '../../installer/answers/answers.ts';
import {noAnswers} from '../../installer/answers/answers.ts';
import {InstallScripts} from '../../installer/scripts/install-scripts.ts';
import {findScriptProblems} from '../../installer/scripts/script-problems.ts';
import {type LoopDisk, loopDisk, whyNoLoopDevices} from './disk.ts';

const suiteOf = suite<{disk: LoopDisk}>('root of a new system');
const reason = process.getuid?.() === 0 ? whyNoLoopDevices() : 'mounting needs root';
if (reason !== undefined) console.log(`skipped: ${reason}`);
const test = reason === undefined ? suiteOf : suiteOf.skip;

const system = hostSystem();
const id = '3f2a9c1b4d5e.0';

suiteOf.before.each((context) => {
	if (reason !== undefined) return;
	context.disk = loopDisk(64 * 2 ** 20, 512);
	execFileSync('mkfs.ext4', ['-q', '-O', 'verity', context.disk.device]);
	onDisk(context.disk, (root) => {
		for (const folder of [`deploy/${id}/etc/upper`, `deploy/${id}/etc/work`, 'os/default/var/lib'])
			mkdirSync(path.join(root, 'state', folder), {recursive: true});
	});
});
suiteOf.after.each(({disk}) => {
	if (reason === undefined) disk[Symbol.dispose]();
});

/** Looks at the partition alone. */
function onDisk<Found>({folder, device}: LoopDisk, look: (root: string) => Found): Found {
	const root = path.join(folder, 'looked-at');
	mkdirSync(root, {recursive: true});
	system.mount(device, root, 'ext4', []);
	try {
		return look(root);
	} finally {
		system.unmount(root);
	}
}

function script(text: string, changes: Partial<Script> = {}): Script {
	const defaults = {interpreter: '/bin/sh', chroot: true, required: true, log: undefined};
	return {text, timeoutSeconds: 60, ...defaults, ...changes};
}

/** Runs scripts of post; gives what was told, and how it failed. */
async function runPost(disk: LoopDisk, ...post: readonly Script[]) {
	const events: ProgressEvent[] = [];
	const install = {
		scripts: {...noAnswers.scripts, post},
		disk: '/dev/sda',
		signal: new AbortController().signal,
	};
	using scripts = new InstallScripts(system, install, (event) => events.push(event));
	const failure = await scripts
		.inNewSystem({device: disk.device, type: 'ext4', deploymentId: id})
		.then(
			() => undefined,
			(error: unknown) => (error instanceof EngineError ? error.code : error),
		);
	const output = events.flatMap((event) => (event.type === 'output' ? event.line : []));
	return {failure, output, warnings: events.filter(({type}) => type === 'warning')};
}

test('is the image with /etc and /var of the disk, and is gone afterwards', async ({disk}) => {
	const before = readMounts().length;
	const {failure, output} = await runPost(
		disk,
		script(`set -e
mkdir -p /etc/site && echo inside > /etc/site/made && echo more >> /etc/hosts
mkdir -p /var/lib/site && echo data > /var/lib/site/data
touch /usr/made 2> /dev/null || echo 'usr is read-only'
echo "$SLIPWAY_SCRIPT $INSTALLER_DISK \${SLIPWAY_TARGET-none} \${SLIPWAY_LOG-none}"
test -e /dev/null && test -d /proc/self && touch /run/a /tmp/b`),
		script('cat "$SLIPWAY_TARGET/etc/site/made"; test -f "$SLIPWAY_LOG" && echo logged', {
			chroot: false,
		}),
	);
	assert.equal(
		[failure, output],
		[undefined, ['usr is read-only', 'post /dev/sda none none', 'inside', 'logged']],
	);
	// As many as before: of a namespace of its own, which this process is in now.
	assert.is(readMounts().length, before);
	onDisk(disk, (root) => {
		const upper = path.join(root, 'state/deploy', id, 'etc/upper');
		assert.is(readFileSync(path.join(upper, 'site/made'), 'utf8'), 'inside\n');
		assert.is(
			readFileSync(path.join(upper, 'hosts'), 'utf8'),
			`${readFileSync('/etc/hosts', 'utf8')}more\n`,
		);
		const data = path.join(root, 'state/os/default/var/lib/site/data');
		assert.is(readFileSync(data, 'utf8'), 'data\n');
	});
});

test('keeps the log of a script where links of the new system lead', async ({disk}) => {
	const {failure} = await runPost(
		disk,
		script('mkdir -p /var/real && ln -s /var/real /var/linked'),
		script('echo one; echo two >&2', {log: '/var/linked/deep/post.log'}),
	);
	assert.is(failure, undefined);
	onDisk(disk, (root) => {
		const log = path.join(root, 'state/os/default/var/real/deep/post.log');
		assert.is(readFileSync(log, 'utf8'), 'one\ntwo\n');
		assert.is(statSync(log).mode & 0o777, 0o600);
	});
	assert.not.ok(existsSync('/var/real'));
});

test('is unmounted when a required script fails, and goes on after another', async ({disk}) => {
	const {failure, output, warnings} = await runPost(
		disk,
		script('echo no; exit 3', {required: false}),
		script('echo bad; exit 4'),
		script('echo never'),
	);
	assert.equal([failure, output], ['script-failed', ['no', 'bad']]);
	assert.equal(warnings, [
		{
			type: 'warning',
			code: 'script-failed',
			message: 'the script of the new system, number 1 of 3, ended with status 3: no',
		},
	]);
	onDisk(disk, () => {});
});

test('ends what a script left running in it', async ({disk}) => {
	const {failure} = await runPost(
		disk,
		script(`setsid sh -c 'exec 3> /var/open; exec sleep 1000' > /dev/null 2>&1 < /dev/null &
until [ -e /var/open ]; do sleep 0.1; done`),
	);
	assert.is(failure, undefined);
	onDisk(disk, () => {});
});

test('refuses a partition on which something outside of it still writes', async ({disk}) => {
	const {failure} = await runPost(
		disk,
		script(
			`setsid sh -c 'exec 3> "$SLIPWAY_TARGET/var/open"; exec sleep 20' > /dev/null 2>&1 < /dev/null &
until [ -e "$SLIPWAY_TARGET/var/open" ]; do sleep 0.1; done`,
			{chroot: false},
		),
	);
	assert.is(failure, 'target-busy');
});

test('can be tried before anything is written', () => {
	const post = [script('true'), script('true', {interpreter: '/no/such/program'})];
	const problems = findScriptProblems(system, {...noAnswers.scripts, post}, 'ext4');
	assert.equal(
		problems.map(({message}) => message),
		['a script is for /no/such/program, which the image lacks'],
	);
});

suiteOf.run();
