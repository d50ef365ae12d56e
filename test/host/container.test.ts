/** The image as an ordinary container: a service of its own, or whatever it is told to run. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {imageName, whyNoImage} from '../setup/image.ts';
import {podman} from './podman.ts';

const suiteOf = suite('the image as a container');
const reason = await whyNoImage();
if (reason !== undefined) console.log(`skipped: ${reason}`);
const test = reason === undefined ? suiteOf : suiteOf.skip;

const limitSeconds = 300;
const timeoutMs = limitSeconds * 1000;

/** Asks until systemd has started everything: it cannot be asked to wait before its bus is there. */
async function systemState(container: string): Promise<string> {
	const ask = ['exec', container, 'systemctl', 'is-system-running', '--wait'];
	const started = performance.now();
	for (;;) {
		const {stdout, stderr} = await podman(ask, {okStatuses: [0, 1], timeoutMs});
		const state = stdout.trim();
		if (state !== '' && state !== 'offline') return state;
		if (performance.now() - started > timeoutMs) throw new Error(`systemd is not up: ${stderr}`);
	}
}

test('boots when it is told nothing, and stops when asked', async () => {
	const name = `slipway-test-${process.pid}`;
	await podman(['run', '--detach', '--name', name, `--timeout=${limitSeconds}`, imageName]);
	try {
		const state = await systemState(name);
		const failed = await podman(['exec', name, 'systemctl', '--failed', '--no-legend'], {
			timeoutMs,
		});
		assert.equal([state, failed.stdout], ['running', '']);
		await podman(['stop', '--time=60', name], {timeoutMs});
		const {stdout} = await podman(['inspect', '--format', '{{.State.ExitCode}}', name]);
		assert.is(stdout, '0\n');
	} finally {
		await podman(['rm', '--force', '--time=1', name]);
	}
});

test('runs a program as any image would, with its exit status', async () => {
	const {status, stdout, stderr} = await podman(
		['run', '--rm', imageName, 'bash', '-c', 'echo works; exit 7'],
		{okStatuses: [7], timeoutMs},
	);
	assert.equal({status, stdout, stderr}, {status: 7, stdout: 'works\n', stderr: ''});
});

test('takes a command of slipway for one', async () => {
	const {stdout} = await podman(['run', '--rm', imageName, 'digest', '--help'], {timeoutMs});
	assert.match(stdout, /^Usage: slipway digest/);
});

suiteOf.run();
