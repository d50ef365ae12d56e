/**
 * An installation that is killed at any moment leaves a disk that nobody takes for a finished one, and
 * that a second run installs on; and it leaves nothing else behind. 20 moments from a seed; with
 * SLIPWAY_TEST_ALL=1 also on the reference image, whose writing takes most of its time.
 */
import {once} from 'node:events';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../engine/system/host.ts';
import {seededRandom} from '../seeded.ts';
import {imageName, whyNoImage} from '../setup/image.ts';
import {attachDisk, makeDisk} from '../setup/install.ts';
import {whyNoLoopDevices} from './disk.ts';
import {makeInstallableImage, toolsVolume} from './installable-image.ts';
import {inspectInstalled, listInstalled, listingDifferences} from './installed-disk.ts';
import {podman, spawnPodman} from './podman.ts';
import {attachments} from './sink/disk-file.ts';

const suiteOf = suite('a killed installation');
const reason = whyNoLoopDevices() ?? (await whyNoImage());
if (reason !== undefined) console.log(`skipped: ${reason}`);
const test = reason === undefined ? suiteOf : suiteOf.skip;
const allTest = process.env.SLIPWAY_TEST_ALL === '1' ? test : suiteOf.skip;
if (allTest !== test)
	console.log('skipped: killed installations of the reference image: npm run test:all');

const moments = 20;
const system = hostSystem();
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-kill-'));
const smallImage = `localhost/slipway-kill-${process.pid}:latest`;
const file = path.join(folder, 'disk.raw');

suiteOf.after(async () => {
	await podman(['rmi', '--ignore', smallImage]);
	rmSync(folder, {recursive: true});
});

/** Runs `slipway install`, in the place of the container's first process; says so when it begins. */
function startInstall(image: string, device: string) {
	const pidFile = path.join(folder, 'pid');
	rmSync(pidFile, {force: true});
	const script = 'echo begins; exec /usr/lib/slipway/slipway install "$1"';
	const child = spawnPodman(
		[
			...['run', '--rm', '--privileged', `--pidfile=${pidFile}`, toolsVolume],
			...['--entrypoint', '/bin/sh', image, '-c', script, 'sh', device],
		],
		{stdio: ['ignore', 'pipe', 'pipe']},
	);
	let said = '';
	let lastWordAt = 0;
	child.stderr?.on('data', (data: Buffer) => {
		said += data;
	});
	child.stdout?.on('data', () => {
		lastWordAt = performance.now();
	});
	const ended = once(child, 'close').then(([status]) => ({status, said, lastWordAt}));
	const begun = Promise.race([
		once(child.stdout ?? child, 'data'),
		ended.then((ending) => Promise.reject(new Error(ending.said))),
	]);
	return {begun, ended, pid: () => Number(readFileSync(pidFile, 'utf8'))};
}

/** Runs it to its end; gives how long it took until it told of its success. */
async function install(image: string, device: string): Promise<number> {
	const {begun, ended} = startInstall(image, device);
	await begun;
	const start = performance.now();
	const {status, said, lastWordAt} = await ended;
	assert.is(status, 0, said);
	return lastWordAt - start;
}

async function installAndKill(image: string, device: string, afterMs: number): Promise<void> {
	const {begun, ended, pid} = startInstall(image, device);
	await begun;
	const timer = setTimeout(() => {
		// It may just have ended.
		if (existsSync(`/proc/${pid()}`)) process.kill(pid(), 'SIGKILL');
	}, afterMs);
	const {status, said} = await ended;
	clearTimeout(timer);
	assert.ok(status === 137 || status === 0, `status ${status}: ${said}`);
}

/** The kernel takes a moment to free what a killed process had. */
async function assertNothingLeft(device: string): Promise<void> {
	const backing = [device, device.replace('/dev', '')];
	const left = () => backing.flatMap(attachments);
	for (let turn = 0; turn < 1000 && left().length > 0; turn++) await system.run('true', []);
	assert.equal(left(), []);
	assert.is(system.probeExclusive(device), 'free');
}

/** Kills it once in each of as many parts of its run, each time on an empty disk, and runs it again. */
async function killAndRepeat(image: string, size: number, seed: number): Promise<void> {
	makeDisk(file, {size});
	const random = seededRandom(seed);
	const seen = {empty: 0, unfinished: 0, finished: 0};
	let expected: readonly string[] = [];
	let durationMs = 0;
	{
		using disk = attachDisk(file);
		durationMs = await install(image, disk.path);
		expected = await listInstalled(disk.path);
	}
	for (let moment = 0; moment < moments; moment++) {
		makeDisk(file, {size});
		using disk = attachDisk(file);
		const afterMs = ((moment + random.next()) / moments) * durationMs;
		const when = `killed after ${afterMs.toFixed()} of ${durationMs.toFixed()} ms`;
		await installAndKill(image, disk.path, afterMs);
		await assertNothingLeft(disk.path);
		const {state} = await inspectInstalled(disk.path);
		if (state === 'other') throw new Error(`${when}, the disk is not known`);
		seen[state]++;
		if (state !== 'finished') durationMs = await install(image, disk.path);
		assert.equal(listingDifferences(await listInstalled(disk.path), expected), [], when);
	}
	console.log(`${image}: ${durationMs.toFixed()} ms`, seen);
	assert.ok(seen.unfinished > 0, 'no kill came in the middle');
}

test(`is not taken for a finished one at any of ${moments} moments, and can be repeated`, async () => {
	await makeInstallableImage(smallImage, largeFiles());
	await killAndRepeat(smallImage, 1.5 * 2 ** 30, 20);
});

/** So that half of the time goes into writing. */
function largeFiles(): Record<string, Buffer> {
	const random = seededRandom(1);
	return Object.fromEntries(
		Array.from({length: 48}, (_, n) => [
			`usr/share/large/${n}`,
			Buffer.alloc(1 << 20, random.bytes(5000)),
		]),
	);
}

allTest(`is the same with the reference image`, () => killAndRepeat(imageName, 4 * 2 ** 30, 21));

suiteOf.run();
