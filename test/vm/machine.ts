/**
 * A virtual machine under QEMU for tests: boots a disk, runs commands in the guest, reads the console.
 * Nothing here sleeps: every wait is for something the machine says, with a deadline.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {copyFileSync, mkdtempSync, rmSync} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import {accelerator} from './accelerator.ts';
import {
	agentSocket,
	consoleSocket,
	firmware,
	firmwareVariables,
	type MachineOptions,
	qemuArguments,
	usesFirmware,
} from './qemu-command.ts';

export interface GuestResult {
	readonly status: number;
	/** Standard output and error, as they came. */
	readonly output: string;
}

/** Of systemd-boot, for one boot. */
const menuTimeout =
	'/sys/firmware/efi/efivars/LoaderConfigTimeoutOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
/** Attributes, and the value in UTF-16; for printf. */
const menuForce = `\\7\\0\\0\\0${[...'menu-force'].map((letter) => `${letter}\\0`).join('')}\\0\\0`;

/** What a kernel says first. */
const kernelStarts = /Linux version \d/;

const bootDeadlineMs = 900_000;
const commandDeadlineMs = 600_000;

/** Collects what a stream says and wakes whoever waits for a pattern in it. */
class Transcript {
	text = '';
	private waiters: (() => void)[] = [];
	private ended = false;

	append(data: string): void {
		this.text += data;
		this.wake();
	}

	end(): void {
		this.ended = true;
		this.wake();
	}

	/** The first match at or after `from`; throws when the stream ends or the deadline passes first. */
	async waitFor(pattern: RegExp, deadlineMs: number, from = 0): Promise<RegExpExecArray> {
		const deadline = Date.now() + deadlineMs;
		for (;;) {
			const match = pattern.exec(this.text.slice(from));
			if (match !== null) return match;
			const left = deadline - Date.now();
			if (this.ended || left <= 0) {
				throw new Error(
					`${this.ended ? 'the machine ended' : `nothing for ${deadlineMs / 1000} s`} before ${pattern} was seen; its last words:\n${this.lastWords()}`,
				);
			}
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, left);
				this.waiters.push(() => {
					clearTimeout(timer);
					resolve();
				});
			});
		}
	}

	/** The end of it, without what only a terminal needs and what systemd says again and again while it waits. */
	lastWords(): string {
		return stripVTControlCharacters(this.text.slice(-8000))
			.split(/[\r\n]+/)
			.filter((line) => line.trim() !== '' && !/\(\d+ of \d+\) Job /.test(line))
			.join('\n')
			.slice(-2000);
	}

	private wake(): void {
		for (const waiter of this.waiters.splice(0)) waiter();
	}
}

/** Listens where QEMU will connect to, so that nothing has to wait for a socket to appear. */
async function listen(file: string, transcript: Transcript): Promise<Listener> {
	const listener: Listener = {
		server: net.createServer((socket) => {
			listener.socket = socket;
			socket.setEncoding('utf8');
			socket.on('data', (data: string) => transcript.append(data));
			socket.on('error', () => transcript.end());
		}),
		socket: undefined,
	};
	await new Promise<void>((resolve, reject) => {
		listener.server.once('error', reject);
		listener.server.listen(file, resolve);
	});
	return listener;
}

interface Listener {
	readonly server: net.Server;
	socket: net.Socket | undefined;
}

export class Machine implements AsyncDisposable {
	readonly console = new Transcript();
	private readonly agent = new Transcript();
	private readonly listeners: Listener[] = [];
	readonly folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-vm-'));
	private child: ChildProcess | undefined;

	private constructor() {}

	/** Starts the machine; it is being booted when this returns. The caller disposes of it. */
	static async start(options: MachineOptions): Promise<Machine> {
		const machine = new Machine();
		try {
			await machine.launch(options);
			return machine;
		} catch (error) {
			await machine[Symbol.asyncDispose]();
			throw error;
		}
	}

	private async launch(options: MachineOptions): Promise<void> {
		const files = {
			folder: this.folder,
			firmwareCode: firmware.code,
		};
		// Variables of their own for every run: used ones can lead the firmware astray.
		if (usesFirmware(options)) {
			copyFileSync(firmware.variables, path.join(this.folder, firmwareVariables));
		}
		this.listeners.push(await listen(agentSocket(this.folder), this.agent));
		this.listeners.push(await listen(consoleSocket(this.folder), this.console));
		const child = spawn('qemu-system-x86_64', qemuArguments(options, files, await accelerator()), {
			stdio: ['ignore', 'ignore', 'pipe'],
		});
		this.child = child;
		let complaints = '';
		child.stderr?.on('data', (data) => {
			complaints += data;
		});
		child.on('error', (error) => {
			complaints += error.message;
		});
		child.on('close', () => {
			if (complaints !== '') this.console.append(`\n[qemu] ${complaints}`);
			this.console.end();
			this.agent.end();
		});
	}

	private send(command: string): void {
		this.listeners[0]?.socket?.write(`${Buffer.from(command).toString('base64')}\n`);
	}

	/** Gives the console to a terminal: all that it says, as it comes. */
	showConsole(write: (data: string) => void): void {
		this.listeners[1]?.socket?.on('data', write);
	}

	/** Types on the console. */
	type(text: string): void {
		this.listeners[1]?.socket?.write(text);
	}

	/** Resolves when QEMU has ended. */
	async ended(): Promise<void> {
		const {child} = this;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		await new Promise((resolve) => child.once('close', resolve));
	}

	/** Waits until commands can be run. */
	async booted(): Promise<void> {
		await this.hear(/^ready$/m, bootDeadlineMs);
	}

	/** What the agent says next; without an answer, the console tells why. */
	private async hear(pattern: RegExp, deadlineMs: number, from = 0): Promise<RegExpExecArray> {
		try {
			return await this.agent.waitFor(pattern, deadlineMs, from);
		} catch (error) {
			throw new Error(`no answer from the guest; its console:\n${this.console.lastWords()}`, {
				cause: error,
			});
		}
	}

	/** Runs a shell command in the guest and waits for its end. */
	async run(command: string, deadlineMs = commandDeadlineMs): Promise<GuestResult> {
		await this.booted();
		const from = this.agent.text.length;
		this.send(command);
		const [, status, output] = await this.hear(/^(\d+) (\S*)\n/m, deadlineMs, from);
		return {status: Number(status), output: Buffer.from(output ?? '', 'base64').toString()};
	}

	/** Runs a command that must succeed; its output without the last newline. */
	async ok(command: string, deadlineMs = commandDeadlineMs): Promise<string> {
		const {status, output} = await this.run(command, deadlineMs);
		if (status !== 0) throw new Error(`${command}: status ${status}\n${output}`);
		return output.replace(/\n$/, '');
	}

	/** Powers the guest off in good order and waits until it is. */
	async powerOff(): Promise<void> {
		this.send('systemctl --no-block poweroff');
		await Promise.race([this.ended(), deadline('power-off', bootDeadlineMs)]);
	}

	/**
	 * Reboots the guest and waits until commands can be run in the next boot.
	 * @param boots how many there are to be, when the guest restarts by itself until one is good
	 */
	async reboot(boots = 1): Promise<void> {
		let from = this.console.text.length;
		this.send('systemctl --no-block reboot');
		// By its kernel: a boot that does not get well may end before there is an agent.
		for (let boot = 1; boot <= boots; boot++) {
			const {index, 0: words} = await this.console.waitFor(kernelStarts, bootDeadlineMs, from);
			from += index + words.length;
		}
		await this.nextBoot();
	}

	/** Restarts all of the guest but its kernel, and waits until commands can be run. */
	async softReboot(): Promise<void> {
		const next = this.nextBoot();
		this.send('systemctl --no-block soft-reboot');
		await next;
	}

	/** Waits until commands can be run in a boot after this one. */
	async nextBoot(deadlineMs = bootDeadlineMs): Promise<void> {
		await this.hear(/^ready$/m, deadlineMs, this.agent.text.length);
	}

	/** Reboots the guest into the menu of the boot loader, and types there. */
	async rebootByMenu(keys: string): Promise<void> {
		await this.ok(`printf '${menuForce}' > ${menuTimeout}`);
		const menu = this.console.text.length;
		const next = this.nextBoot();
		this.send('systemctl --no-block reboot');
		await this.console.waitFor(/Reboot Into Firmware Interface/, bootDeadlineMs, menu);
		this.type(keys);
		await next;
	}

	/** Cuts the power. */
	async kill(): Promise<void> {
		this.child?.kill('SIGKILL');
		await this.ended();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.kill();
		for (const {server, socket} of this.listeners) {
			socket?.destroy();
			server.close();
		}
		rmSync(this.folder, {recursive: true, force: true});
	}
}

function deadline(what: string, milliseconds: number): Promise<never> {
	return new Promise((_, reject) => {
		const timer = setTimeout(
			() => reject(new Error(`no ${what} within ${milliseconds / 1000} s`)),
			milliseconds,
		);
		timer.unref();
	});
}
