/** A machine's way from one version to the next, with all that it wrote to its disk meanwhile. */
import type {StatusDocument} from '../../engine/deployment/status.ts';
import {deriveImage} from '../setup/derived-image.ts';
import {makeDisk} from '../setup/install.ts';
import {type Registry, startRegistry} from '../setup/registry.ts';
import {InstalledDisk} from './installed-disk.ts';
import {Machine} from './machine.ts';
import {hostInGuest} from './qemu-command.ts';
import {countEntries} from './write-log.ts';

export const phases = ['upgrade', 'first boot', 'collection'] as const;
export type Phase = (typeof phases)[number];

/** Positions are numbers of entries of the log: those before it had been completed. */
export interface RecordedUpdate {
	/** The disk as it was before the first entry, and after the last. */
	readonly start: string;
	readonly end: string;
	readonly log: string;
	/** Where each phase begins. It lasts until the next one; the last one until the end of the log. */
	readonly begins: Readonly<Record<Phase, number>>;
	/** From where on each note is durable, by its number. */
	readonly notes: readonly number[];
	/** IDs of the deployments of both versions. */
	readonly deployments: readonly [first: string, second: string];
}

/** Where a machine has its notes, from its physical root; the names are numbers. */
export const notesFolder = 'state/os/default/var/lib/test-notes';
/** A local change to /etc, made before the update. */
export const etcNote = {name: 'test-note', text: 'kept\n'};

/** Too long to lie in an inode. */
export function noteText(number: number): string {
	return `note ${number}\n`.repeat(noteLines(number));
}

const noteLines = (number: number): number => 50 + ((number * 97) % 2000);

export const diskSize = 2 * 2 ** 30;
/** More than is ever written; the file is sparse. */
const logSize = 16 * 2 ** 30;
const deadlineMs = 1_800_000;
/** What is done by hand here is not to be done when the updater's time comes. */
const byHand = ['--karg', 'systemd.mask=slipway-update.timer'];

/** The registry that the machine follows, as `myos:latest`, goes with the disks. */
export interface KeptRecording extends RecordedUpdate, AsyncDisposable {
	readonly registry: Registry;
}

/** Installs a first version and records its update to a second, which has another kernel as well. */
export async function recordUpdate(): Promise<KeptRecording> {
	await using cleanup = new AsyncDisposableStack();
	const registry = cleanup.use(await startRegistry());
	const reference = `${hostInGuest}:${registry.port}/myos:latest`;
	const disk = cleanup.use(await installFirst(reference));
	await publishSecond(registry);
	const start = disk.copy('start').file;
	const log = `${disk.file}.log`;
	makeDisk(log, {size: logSize});
	await using machine = await Machine.start({disk: disk.file, writeLog: log, durable: true});
	const recorded = await new Recorder(machine, log).record(registry);
	await machine.powerOff();
	const kept = cleanup.move();
	return {
		...recorded,
		...{start, end: disk.file, log, registry},
		[Symbol.asyncDispose]: () => kept.disposeAsync(),
	};
}

/** Both versions have files of their own: what is new, and what is garbage once the first is gone. */
const ownFiles = 'for n in $(seq 300); do head -c 20000 /dev/urandom > /usr/share/test-$n; done';

async function installFirst(reference: string): Promise<InstalledDisk> {
	const {name: image} = await deriveImage('cut-first', '1', [ownFiles]);
	const args = ['--target-image', reference, ...byHand];
	return await InstalledDisk.make({size: diskSize, args, image});
}

async function publishSecond(registry: Registry): Promise<void> {
	const {name} = await deriveImage('cut-second', '2', [
		ownFiles,
		// Zeros behind an initramfs are padding: it is another one that does the same.
		"for image in /usr/lib/modules/*/initramfs.img; do printf '\\0\\0\\0\\0' >> $image; done",
	]);
	await registry.push(name, 'myos:latest', 'zstd');
}

/** Whether all units are well is for other tests to see. */
const waitUntilRunning = 'systemctl is-system-running --wait || true';

class Recorder {
	private readonly machine: Machine;
	private readonly log: string;
	private readonly notes: number[] = [];

	constructor(machine: Machine, log: string) {
		this.machine = machine;
		this.log = log;
	}

	async record({
		port,
	}: Registry): Promise<Pick<RecordedUpdate, 'begins' | 'notes' | 'deployments'>> {
		const {machine} = this;
		await machine.ok(waitUntilRunning);
		await machine.ok(`mkdir -p /var/lib/test-notes /etc/containers/registries.conf.d
			printf '[[registry]]\\nlocation = "%s"\\ninsecure = true\\n' ${hostInGuest}:${port} \\
				> /etc/containers/registries.conf.d/test.conf
			printf '${etcNote.text}' > /etc/${etcNote.name}; sync`);
		const first = await this.bootedId();

		const upgrade = this.position();
		await this.writeNotesDuring('slipway upgrade --quiet');
		const firstBoot = this.position();
		await machine.reboot();
		await this.writeNotesDuring(waitUntilRunning);
		const second = await this.bootedId();

		const collection = this.position();
		await this.writeNotesDuring(`slipway delete --quiet ${first} && slipway gc --quiet`);
		const begins = {upgrade, 'first boot': firstBoot, collection};
		return {begins, notes: this.notes, deployments: [first, second]};
	}

	/** The entries that are certain to be in the log by now. */
	private position(): number {
		return countEntries(this.log);
	}

	private async bootedId(): Promise<string> {
		const {status}: StatusDocument = JSON.parse(await this.machine.ok('slipway status --json'));
		return status.booted?.deployment.id ?? '';
	}

	/** Writes notes, one after the other and each of them synced, until a command has ended well. */
	private async writeNotesDuring(command: string): Promise<void> {
		const {machine} = this;
		const deadline = Date.now() + deadlineMs;
		await machine.ok(
			`rm -f /run/test-ended; { { ${command}; } > /run/test-said 2>&1; echo $? > /run/test-ended; } > /dev/null 2>&1 &`,
		);
		let status = '';
		while (status === '') {
			if (Date.now() > deadline) throw new Error(`${command} takes too long`);
			status = await this.writeNote();
		}
		if (status !== '0')
			throw new Error(`${command}: ${status}\n${await machine.ok('cat /run/test-said')}`);
	}

	/** @returns the status of the command, once it has ended */
	private async writeNote(): Promise<string> {
		const number = this.notes.length;
		const folder = `/${notesFolder.replace('state/os/default/', '')}`;
		const status = await this.machine.ok(`mkdir -p ${folder}; cd ${folder} &&
			yes 'note ${number}' 2> /dev/null | head -n ${noteLines(number)} > ${number} && sync ${number} . &&
			if [ -e /run/test-ended ]; then cat /run/test-ended; fi`);
		this.notes.push(this.position());
		return status;
	}
}
