/** A made machine that programs run on as if it had been booted: its folder is their root. */
import {type ChildProcess, type StdioOptions, spawn} from 'node:child_process';
import {chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import {bootStateFile, recordBootState} from '../../engine/boot/boot-state.ts';
import type {DeploymentId} from '../../engine/deployment/id.ts';
import type {ImageReference, Origin} from '../../engine/deployment/origin.ts';
import {listDeployments} from '../../engine/deployment/state-directory.ts';
import {capabilities} from '../../engine/system/capabilities.ts';
import type {MachineStatus} from '../../engine/update/update-status.ts';
import type {UpgradeOutcome} from '../../engine/update/upgrade.ts';
import {bundleJavaScript} from '../../image/build/javascript.ts';
import {copyAddon} from '../../image/build/runtime.ts';
import {type MadeMachine, writeFile} from '../engine/deployment/made-machine.ts';
import {followedMachine} from '../engine/update/followed-machine.ts';
import {projectRoot} from '../setup/image.ts';

/**
 * In a mount namespace of its own: this host's programs below the machine's own, its kernel but for the
 * command line, and the bundle with this Node.
 */
const enter = `
set -e
root=$1 app=$2 node=$3
shift 3
mount --bind "$root" "$root"
mount --bind "$root/proc/cmdline" "$root/cmdline"
for place in usr dev proc sys; do mount --rbind /$place "$root/$place"; done
mount --bind "$root/cmdline" "$root/proc/cmdline"
mount --bind "$app" "$root/run/app"
mount --bind "$node" "$root/run/node"
exec chroot "$root" "$@"`;

/** Why there can be none here, for `skipped: …`; undefined when there can. */
export function whyNoMachineRoot(): string | undefined {
	return capabilities().has('SYS_ADMIN') ? undefined : 'mounting needs root';
}

export interface Ending {
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Bundles the program into a folder, as it ships: from its sources it would take thrice the time to start. */
export async function bundleProgram(folder: string): Promise<void> {
	await bundleJavaScript(projectRoot, folder);
	await copyAddon(projectRoot, folder);
}

export class MachineRoot implements Disposable {
	readonly #machine: MadeMachine;
	readonly #app: string;

	private constructor(machine: MadeMachine, app: string) {
		this.#machine = machine;
		this.#app = app;
	}

	/**
	 * Of version 0. systemd's programs note what they are told, and find nobody who answers.
	 * @param app where {@link bundleProgram} has put the program
	 */
	static async make(followed: ImageReference, app: string): Promise<MachineRoot> {
		const made = new MachineRoot(await followedMachine(followed), app);
		for (const place of ['usr', 'dev', 'sys', 'run/app', 'tmp', 'var/tmp'])
			mkdirSync(path.join(made.root, place), {recursive: true});
		for (const place of ['bin', 'sbin', 'lib', 'lib64'])
			symlinkSync(`usr/${place}`, path.join(made.root, place));
		for (const file of ['cmdline', 'run/node', 'systemctl.log']) made.write(file, '');
		made.write('etc/machine-id', '0123456789abcdef0123456789abcdef\n');
		made.program('bootctl', 'echo /efi');
		made.program('busctl', 'exit 1');
		made.program(
			'systemctl',
			'[ "$1" != is-active ] || { echo inactive; exit 3; }; echo "$*" >>/systemctl.log',
		);
		await made.#recordBoot();
		return made;
	}

	/** What it is on this host. */
	get root(): string {
		return this.#machine.root;
	}

	write(place: string, text: string): void {
		writeFile(path.join(this.root, place), text);
	}

	read(place: string): string {
		return readFileSync(path.join(this.root, place), 'utf8');
	}

	/** A shell script at a place. */
	script(place: string, text: string): void {
		this.write(place, `#!/bin/sh\n${text}\n`);
		chmodSync(path.join(this.root, place), 0o755);
	}

	/** One that is found before this host's program of that name. */
	program(name: string, text: string): void {
		this.script(`programs/${name}`, text);
	}

	/** Runs a program of this host to its end. */
	async run(command: string, ...args: readonly string[]): Promise<Ending> {
		const child = this.#enter(['ignore', 'pipe', 'pipe'], command, args);
		const output = {stdout: '', stderr: ''};
		child.stdout?.setEncoding('utf8').on('data', (text: string) => {
			output.stdout += text;
		});
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			output.stderr += text;
		});
		const status = await new Promise<number | null>((resolve, reject) => {
			child.on('error', reject);
			child.on('close', resolve);
		});
		return {status, ...output};
	}

	#enter(stdio: StdioOptions, command: string, args: readonly string[]): ChildProcess {
		const entering = ['sh', '-c', enter, 'sh', this.root, this.#app, process.execPath];
		return spawn('unshare', ['--mount', ...entering, command, ...args], {
			env: {PATH: '/programs:/usr/sbin:/usr/bin'},
			stdio,
		});
	}

	/** Starts the program; its descriptor 3 is a pipe. Signals to the process reach the program itself. */
	launch(...words: readonly string[]): ChildProcess {
		return this.#enter(['ignore', 'pipe', 'pipe', 'pipe'], '/run/node', [
			'/run/app/main.js',
			...words,
		]);
	}

	/** Runs the program to its end. */
	slipway(...words: readonly string[]): Promise<Ending> {
		return this.run('/run/node', '/run/app/main.js', ...words);
	}

	/** Gives what it prints. @throws Error with its words when the status is not 0 */
	async ok(...words: readonly string[]): Promise<string> {
		const {status, stdout, stderr} = await this.slipway(...words);
		if (status === 0) return stdout;
		throw new Error(`slipway ${words.join(' ')}: status ${status}\n${stdout}${stderr}`);
	}

	/** Of a deployment. */
	async origin(id: DeploymentId): Promise<Origin> {
		const deployments = await listDeployments(path.join(this.root, 'sysroot'));
		const origin = deployments.find((one) => one.id === id)?.origin;
		if (origin === undefined) throw new Error(`no deployment ${id} can be read`);
		return origin;
	}

	async status(): Promise<MachineStatus> {
		return JSON.parse(await this.ok('status', '--json'));
	}

	/** Stages what the machine follows. */
	async upgrade(): Promise<UpgradeOutcome & {readonly kind: 'staged'}> {
		return JSON.parse(await this.ok('upgrade', '--json'));
	}

	/** Reboots into it, where the initramfs carries /etc over, and finds it good. */
	async start(id: DeploymentId): Promise<void> {
		const {digest} = (await this.origin(id)).imageVerity;
		this.write('proc/cmdline', `root=UUID=6d1a-22 rw composefs=${digest} slipway=${id}\n`);
		rmSync(path.join(this.root, 'sysroot/state/deploy', id, 'etc/from'), {force: true});
		await this.#machine.bootLoader.bless(id);
		await this.#recordBoot();
	}

	/** As a service does at every boot. */
	#recordBoot(): Promise<void> {
		return recordBootState(this.#machine.bootLoader, path.join(this.root, bootStateFile));
	}

	[Symbol.dispose](): void {
		this.#machine[Symbol.dispose]();
	}
}
