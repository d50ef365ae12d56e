/** What others see of an upgrade while it works, and what becomes of a second one. */
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {upgradeStatus} from '../../ui/cli/upgrade.ts';
import {publish} from '../engine/update/published-image.ts';
import {bundleProgram, type Ending, MachineRoot, whyNoMachineRoot} from './machine-root.ts';

const test = suite('concurrent upgrade');
const problem = whyNoMachineRoot();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-concurrent-upgrade-'));
const app = path.join(folder, 'app');
test.before(() => bundleProgram(app));
test.after(() => rmSync(folder, {recursive: true}));

/** The machine follows a layout that lies in its own /srv. */
async function followingMachine(): Promise<MachineRoot> {
	const machine = await MachineRoot.make({image: '/srv/layout', transport: 'oci'}, app);
	const files = Array.from(
		{length: 200},
		(_, n) => [`usr/share/${n}`, `${n} `.repeat(500)] as const,
	);
	publish(path.join(machine.root, 'srv/layout'), {version: '1', files});
	return machine;
}

const askersAtOnce = 3;

const progressLines = (child: ChildProcess) => createInterface({input: child.stdio[3] as Readable});

async function ending(child: ChildProcess): Promise<Ending> {
	const [stdout, stderr, [status]] = await Promise.all([
		text(child.stdout as Readable),
		text(child.stderr as Readable),
		once(child, 'exit'),
	]);
	return {status, stdout, stderr};
}

/** Versions of what is booted and staged. */
async function versions(machine: MachineRoot) {
	const {booted, staged} = (await machine.status()).status;
	return [booted, staged].map((one) => one?.image?.version);
}

check('shows ten and more who ask for the status what was, and then what will be', async () => {
	using machine = await followingMachine();
	const upgrade = machine.launch('upgrade', '--json', '--progress-fd', '3');
	const ended = ending(upgrade);
	const seen: Awaited<ReturnType<typeof versions>>[] = [];
	for await (const _ of progressLines(upgrade)) {
		// Stopped in the middle of its work, so that the answers are of that moment.
		upgrade.kill('SIGSTOP');
		const askers = Array.from({length: askersAtOnce}, () => versions(machine));
		seen.push(...(await Promise.all(askers)));
		upgrade.kill('SIGCONT');
	}
	assert.is((await ended).status, 0);
	assert.ok(seen.length >= 10, `asked ${seen.length} times`);
	const before = seen.findIndex(([, staged]) => staged !== undefined);
	const unchanged = before === -1 ? seen.length : before;
	assert.ok(unchanged > 0, 'nobody asked before it was staged');
	assert.equal(seen, [
		...Array.from({length: unchanged}, () => ['0', undefined]),
		...Array.from({length: seen.length - unchanged}, () => ['0', '1']),
	]);
	assert.equal(await versions(machine), ['0', '1']);
});

check('makes a second one wait, which then has nothing left to do', async () => {
	using machine = await followingMachine();
	const first = machine.launch('upgrade', '--json', '--progress-fd', '3');
	const firstEnded = ending(first);
	await once(progressLines(first), 'line');
	first.kill('SIGSTOP');
	const second = machine.launch('upgrade', '--json', '--progress-fd', '3');
	const secondEnded = ending(second);
	const steps: string[] = [];
	for await (const line of progressLines(second)) {
		steps.push(JSON.parse(line).step);
		if (steps.length === 1) first.kill('SIGCONT');
	}
	assert.equal(steps, ['wait', 'wait']);
	assert.is((await firstEnded).status, 0);
	const {status, stdout, stderr} = await secondEnded;
	assert.equal([status, JSON.parse(stdout).kind], [upgradeStatus.upToDate, 'up-to-date']);
	assert.match(stderr, new RegExp(`^Waiting for slipway upgrade \\(process ${first.pid}\\)`));
	assert.equal(await versions(machine), ['0', '1']);
});

test.run();
