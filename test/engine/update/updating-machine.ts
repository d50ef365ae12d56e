/** A followed machine as the updater sees it: with a clock, a bus that a test can silence, and hooks that run. */
import {chmodSync, mkdtempSync, rmSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {recordBootState} from '../../../engine/boot/boot-state.ts';
import {readMachine} from '../../../engine/deployment/change-machine.ts';
import type {ImageReference} from '../../../engine/deployment/origin.ts';
import {CommandFailed, runCommand} from '../../../engine/system/commands.ts';
import {readText} from '../../../engine/system/read-text.ts';
import type {System} from '../../../engine/system/system.ts';
import {
	runUpdater,
	type UpdaterOptions,
	type UpdaterOutcome,
} from '../../../engine/update/run-updater.ts';
import {readMachineStatus} from '../../../engine/update/update-status.ts';
import type {UpdaterEvent} from '../../../engine/update/updater-run.ts';
import {emptyUpdaterState, readUpdaterState} from '../../../engine/update/updater-state.ts';
import {type MadeMachine, writeFile} from '../deployment/made-machine.ts';
import {followedMachine} from './followed-machine.ts';
import {publish} from './published-image.ts';

export const minuteMs = 60_000;

/** What busctl prints of NetworkManager's property. */
export const meteredReply = '{"type":"v","data":[{"type":"u","data":1}]}';

const fixtures = path.join(import.meta.dirname, '../../fixtures/logind');

export class UpdatingMachine implements Disposable {
	readonly machine: MadeMachine;
	/** The layout that it follows, unless it follows something else. */
	readonly layout: string;
	readonly #folder: string;
	/** In the window. */
	now = new Date('2026-03-02T03:00:00Z');
	isSomebodyLoggedIn = false;
	/** Whether NetworkManager says so; it does not run otherwise. */
	isMetered = false;
	/** Called when one is about to run. */
	onHook = (): void => {};
	/** What `systemctl reboot` says instead of doing it. */
	rebootProblem: string | undefined;
	/** Commands given to systemd, in order. */
	readonly systemctl: string[] = [];

	private constructor(machine: MadeMachine, folder: string) {
		this.machine = machine;
		this.#folder = folder;
		this.layout = path.join(folder, 'layout');
	}

	/** Of version 0, with version 1 published. @param followed instead of the layout */
	static async make(followed?: ImageReference): Promise<UpdatingMachine> {
		const folder = mkdtempSync(path.join(tmpdir(), 'slipway-updating-'));
		const layout = path.join(folder, 'layout');
		const made = new UpdatingMachine(await followedMachine(followed ?? layout), folder);
		made.publish('1');
		made.write('proc/loadavg', '0.00 0.00 0.00 1/389 12345\n');
		made.write('etc/machine-id', '0123456789abcdef0123456789abcdef\n');
		made.settings('');
		await made.recordEntries();
		return made;
	}

	get root(): string {
		return this.machine.root;
	}

	get system(): System {
		const {machine} = this;
		return Object.assign(Object.create(machine.system) as System, {
			now: () => this.now,
			run: (...call: Parameters<System['run']>) => this.#run(...call),
		});
	}

	publish(version: string, initramfs?: Buffer): void {
		publish(this.layout, {version, ...(initramfs && {initramfs})});
	}

	/** update.toml, with a window of every night. */
	settings(text: string): void {
		const window = '[[windows]]\nstart = "02:00"\nend = "05:00"\ntime-zone = "UTC"\n';
		this.write('etc/slipway/update.toml', `${text}\n${window}`);
	}

	write(place: string, text: string): void {
		writeFile(path.join(this.root, place), text);
	}

	/** A hook that notes when it ran and what it was told; `script` follows. */
	hook(point: string, script = ''): void {
		const place = `etc/slipway/hooks.d/${point}/10-test`;
		const told = '$SLIPWAY_HOOK $SLIPWAY_VERSION $SLIPWAY_DEPLOYMENT $SLIPWAY_OUTCOME';
		this.write(place, `#!/bin/sh\necho ${told} >>${this.root}/hooks.log\n${script}\n`);
		chmodSync(path.join(this.root, place), 0o755);
	}

	/** What hooks noted since the last call. */
	async toldHooks(): Promise<string[]> {
		const text = (await readText(path.join(this.root, 'hooks.log'))) ?? '';
		this.write('hooks.log', '');
		return text.trimEnd().split('\n').filter(Boolean);
	}

	later(ms: number): void {
		this.now = new Date(this.now.getTime() + ms);
	}

	/** One pass; what it did, one line each, and how it ended. */
	async pass(
		options: Partial<UpdaterOptions> = {},
	): Promise<{lines: string[]; outcome: UpdaterOutcome}> {
		const lines: string[] = [];
		const report = ({act, outcome, text}: UpdaterEvent) =>
			lines.push(`${act} ${outcome}: ${text.replaceAll(this.root, '')}`);
		const {root} = this;
		const places = {root, environment: {}, includesHome: false};
		const all = {name: 'slipway auto-update', places, report, ...options};
		return {outcome: await runUpdater(this.system, all, root), lines};
	}

	/** Reboots into it: it is on trial then. */
	async start(id: string): Promise<void> {
		const {set} = await readMachine(this.system, this.root);
		const digest = set.deployments.find((one) => one.id === id)?.origin?.imageVerity.digest;
		this.write('proc/cmdline', `root=UUID=6d1a-22 rw composefs=${digest} slipway=${id}\n`);
		await this.recordEntries();
	}

	/** Finds the running deployment good. */
	async bless(id: string): Promise<void> {
		await this.machine.bootLoader.bless(id);
		await this.recordEntries();
	}

	/** Versions of what is booted, staged and kept to go back to. */
	async parts() {
		const {status} = await readMachineStatus(this.root);
		const {booted, staged, rollback} = status;
		return [booted, staged, rollback].map((one) => one?.image?.version);
	}

	async recordEntries(): Promise<void> {
		await recordBootState(this.machine.bootLoader, path.join(this.root, 'run/slipway/boot.json'));
	}

	async state() {
		const {content} = await readUpdaterState(path.join(this.root, 'sysroot'));
		return content ?? emptyUpdaterState;
	}

	[Symbol.dispose](): void {
		this.machine[Symbol.dispose]();
		rmSync(this.#folder, {recursive: true});
	}

	async #run(...[command, args, options]: Parameters<System['run']>) {
		const answer = (stdout: string) => ({status: 0, stdout, stderr: ''});
		const fail = (stderr: string) =>
			new CommandFailed([command, ...args], {status: 1, signal: undefined, stderr});
		if (command.startsWith(this.root)) {
			this.onHook();
			return runCommand(command, args, options);
		}
		if (command === 'busctl') {
			if (this.isMetered && args.includes('Metered')) return answer(meteredReply);
			const reply = this.#replies().find(([question]) => args.includes(question))?.[1];
			if (reply === undefined) throw fail('no such service');
			return answer(await readFile(path.join(fixtures, reply), 'utf8'));
		}
		if (command !== 'systemctl') return this.machine.system.run(command, args, options);
		if (args[0] === 'is-active') return answer('inactive\n');
		this.systemctl.push(args.join(' '));
		if (args[0] === 'reboot' && this.rebootProblem !== undefined) throw fail(this.rebootProblem);
		return answer('');
	}

	/** Of logind, to methods; it does not run when there are none. */
	#replies(): readonly (readonly [question: string, fixture: string])[] {
		return this.isSomebodyLoggedIn
			? [
					['ListSessions', 'sessions.json'],
					['/org/freedesktop/login1/session/_34', 'session-user.json'],
					['/org/freedesktop/login1/session/c1', 'session-greeter.json'],
					['ListInhibitors', 'inhibitors-none.json'],
				]
			: [];
	}
}
