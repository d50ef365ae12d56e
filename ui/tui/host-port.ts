/** The machine that the screens run on. */
import {copyFile} from 'node:fs/promises';
import type {ProgressReporter} from '../../engine/progress.ts';
import {isLiveSystem} from '../../engine/source/live-root.ts';
import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../../installer/answers/answers.ts';
import {hashPassword} from '../../installer/answers/hash-password.ts';
import {Secret} from '../../installer/answers/secret.ts';
import {followRun} from '../../installer/background/follow-run.ts';
import {type RunState, readRunState, runFiles} from '../../installer/background/run-files.ts';
import {
	forgetRun,
	type OwnProgram,
	startRun,
	stopRun,
} from '../../installer/background/start-run.ts';
import {listDisks} from '../../installer/disk/list-disks.ts';
import {installAnswers} from '../../installer/install-answers.ts';
import type {HardwareCheck} from '../../installer/machine/hardware.ts';
import {diskFacts} from './disk-facts.ts';
import {readFoundAnswers} from './found-answers.ts';
import {readMachine} from './machine-facts.ts';
import {plannedInstall} from './planned-install.ts';
import type {InstallerPort, InstallRun, RunEvent} from './port.ts';
import {readPublicKeys} from './public-keys.ts';
import {terminalDevice} from './terminal/device.ts';
import {isVirtual} from './terminal/levels.ts';

export interface HostPortOptions {
	readonly system: System;
	/** This program, to be started for the writing. */
	readonly background: OwnProgram;
	readonly saveAnswers: InstallerPort['saveAnswers'];
	/** Shown among what was found out about the machine. */
	readonly note?: HardwareCheck;
	/** What the questions begin with. */
	readonly found?: Answers;
}

const files = runFiles();

export function hostPort({
	system,
	background,
	saveAnswers,
	note,
	found,
}: HostPortOptions): InstallerPort {
	return {
		readMachine: async () => {
			const machine = await readMachine(system);
			return {
				...machine,
				checks: note === undefined ? machine.checks : [...machine.checks, note],
				...(found !== undefined && {found: await readFoundAnswers(system, found)}),
			};
		},
		listDisks: async () => (await listDisks(system)).map(diskFacts),
		loadKeymap: async (keymap) => {
			const device = terminalDevice();
			// Elsewhere the keyboard is not the machine's, or not the installer's to change.
			if (!isLiveSystem() || !isVirtual(device)) return;
			await system.run('loadkeys', ['--console', device, keymap]);
		},
		readKeys: readPublicKeys,
		hashPassword: async (password) => hashPassword(new Secret(password)),
		plan: async (answers, signal) => {
			const told: string[] = [];
			const listen: ProgressReporter = (event) => {
				if (event.type === 'warning') told.push(event.message);
			};
			const {plan} = await installAnswers(system, answers, {dryRun: true, signal}, listen);
			return plannedInstall(plan, told);
		},
		start: async (answers, {fingerprint}) => {
			const program = {...background, args: [...background.args, '--planned-disk', fingerprint]};
			return runOf(await startRun(system, files, program, answers));
		},
		findRun: async () => {
			const state = await readRunState(files);
			return state && runOf(state);
		},
		saveAnswers,
		saveLog: async () => {
			const place = '/tmp/slipway-install.jsonl';
			await copyFile(files.events, place);
			return place;
		},
		restart: async (how) => {
			await system.run('systemctl', [how]);
			await forgetRun(files);
		},
		openShell: async () => {
			await system.runOnTerminal(process.env.SHELL ?? '/bin/sh', []);
		},
	};
}

function runOf(state: RunState): InstallRun {
	return {
		disk: state.disk,
		stop: async () => stopRun(state),
		forget: async () => await forgetRun(files),
		async *follow(signal): AsyncGenerator<RunEvent> {
			for await (const news of followRun(files, signal)) {
				if (news.kind === 'event') {
					const {at, ...event} = news.event;
					yield {kind: 'progress', event, at};
				} else if (news.ending.kind === 'installed') {
					const {recoveryKey} = news;
					yield {kind: 'ended', ending: {...news.ending, recoveryKey}};
				} else {
					yield {kind: 'ended', ending: {hint: undefined, ...news.ending}};
				}
			}
		},
	};
}
