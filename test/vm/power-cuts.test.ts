/** A power cut at any moment of an update leaves a machine that boots the old system or the new one, whole. */
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, statfsSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../engine/system/host.ts';
import {seededRandom} from '../seeded.ts';
import {deriveImage} from '../setup/derived-image.ts';
import {checkDisk, describeDisk, type MachineDisk} from './crash-check.ts';
import {type CrashState, chooseCrashStates, type Range} from './crash-states.ts';
import {copyDisk} from './installed-disk.ts';
import {Machine} from './machine.ts';
import {diskSize, type KeptRecording, phases, recordUpdate} from './recorded-update.ts';
import {ReplayedDisk} from './replayed-disk.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';
import {type LogEntry, readWriteLog} from './write-log.ts';

const test = suite('power cuts');
const problem = (await whyNoMachines()) ?? whyNoChecks();
if (problem !== undefined) console.log(`skipped: ${problem}`);
else if (!runsAll) console.log(`skipped: ${beyondQuota}`);
const check = problem === undefined ? test : test.skip;

const seed = 33;
const count = runsAll ? 300 : 10;

let recording: KeptRecording;
let entries: readonly LogEntry[];
let disk: MachineDisk;
let states: readonly CrashState[];
const folder = mkdtempSync(path.join(workPlace(), 'power-cuts-'));
const replayed = path.join(folder, 'disk.raw');
/** A disk that was cut, to be booted. */
let sample: string | undefined;

test.after(async () => {
	rmSync(folder, {recursive: true});
	await recording?.[Symbol.asyncDispose]();
});

/** Checks sync often, and copy. In memory, where there is room for some such disks, that costs nothing. */
function workPlace(): string {
	const memory = '/dev/shm';
	if (!existsSync(memory)) return os.tmpdir();
	const {bavail, bsize} = statfsSync(memory);
	return bavail * bsize > 3 * diskSize ? memory : os.tmpdir();
}

function whyNoChecks(): string | undefined {
	const programs = ['e2fsck', 'debugfs', 'fsck.vfat', 'mcopy'];
	const missing = programs.find((program) => spawnSync(program, ['-V']).error);
	return missing === undefined ? undefined : `${missing} is not installed`;
}

/** Each lasts until the next one begins. */
function phaseRanges(): Range[] {
	const starts = phases.map((phase) => recording.begins[phase]);
	return starts.map((start, n) => ({start, end: starts[n + 1] ?? entries.length}));
}

/** One that lost writes in the middle of a phase: a machine takes a quarter of an hour to come up and be updated. */
function chooseSample(): CrashState | undefined {
	const phase = seed % phases.length;
	const lost = states.filter((state) => state.kind === 'partial' && phaseOf(state) === phase);
	return lost[Math.floor(lost.length / 2)];
}

/** Before this process has mounts of its own, which podman would not share. */
async function publishThird(): Promise<void> {
	const {name} = await deriveImage('cut-third', '3', ['true']);
	await recording.registry.push(name, 'myos:latest', 'zstd');
}

const phaseOf = ({position}: CrashState): number =>
	phases.findLastIndex((phase) => recording.begins[phase] < position);

check('an update is recorded, with all that it writes', async () => {
	recording = await recordUpdate();
	entries = readWriteLog(recording.log);
	if (runsAll) await publishThird();
	disk = await describeDisk(recording.start);
	const {offset, size} = disk.esp;
	const rare = {start: offset, end: offset + size};
	states = chooseCrashStates(entries, {count, ranges: phaseRanges(), rare}, seededRandom(seed));
	assert.is(states.filter(({kind}) => kind === 'partial').length, count / 2);
});

check(`boots the old system or the new one, whole, after each of ${count} cuts`, async () => {
	hostSystem().unshareMounts();
	copyDisk(recording.start, replayed);
	using replay = new ReplayedDisk(replayed, recording.log, entries);
	const sampled = runsAll ? chooseSample() : undefined;
	const seen = new Set<string>();
	const faults: string[] = [];
	for (const state of states) {
		using _shown = replay.show(state);
		const notes = recording.notes.filter((position) => position <= state.position).length;
		const {next = 'nothing', problems, findings} = await checkDisk(replayed, disk, notes);
		seen.add(`${phases[phaseOf(state)]}: ${recording.deployments.indexOf(next)}`);
		const where = `${state.kind}, ${state.position} of ${entries.length} (seed ${seed})`;
		if (problems.length > 0) faults.push([where, ...problems, ...findings].join('\n'));
		if (state === sampled) {
			sample = `${recording.start}.cut`;
			copyDisk(replayed, sample);
		}
	}
	assert.equal(faults, []);
	assert.ok(seen.has('upgrade: 0') && seen.has('collection: 1'), [...seen].join('; '));
});

/** The log and the replaying are what they are taken for. */
check('knows of every write', () => {
	using replay = new ReplayedDisk(replayed, recording.log, entries);
	replay.advance(entries.length);
	execFileSync('cmp', [replayed, recording.end]);
});

(runsAll ? check : test.skip)('comes up after a cut, and can be updated', async () => {
	if (sample === undefined) throw new Error('no state lost writes in the middle of a phase');
	await using machine = await Machine.start({disk: sample});
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	assert.match(await machine.ok('slipway verify'), /^all is as it should be: /m);
	const outcome = JSON.parse(await machine.ok('slipway upgrade --quiet --json', 900_000));
	assert.is(outcome.kind, 'staged');
});

test.run();
