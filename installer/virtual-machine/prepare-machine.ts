import {existsSync} from 'node:fs';
import path from 'node:path';
import {bootArchitecture} from '../../engine/boot/architecture.ts';
import {Lacking, Refused, UsageError} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {formatSize, GiB, MiB, parseSize, sizeHint} from '../disk/size.ts';
import {type ChosenAccelerator, chooseAccelerator, type KvmPlaces} from './accelerator.ts';
import {
	chooseFirmware,
	findFirmware,
	firmwareFolders,
	type SecureBootKeys,
} from './find-firmware.ts';
import {findEmulator, findPodman, findTpmEmulator, programPath} from './find-program.ts';
import {findPath, meantSource, openAddedDisk, openMedium} from './find-source.ts';
import type {MachineArchitecture} from './firmware.ts';
import type {MachineSettings} from './machine-settings.ts';
import type {Accelerator, Display} from './qemu-command.ts';
import {choosePort, readPublicKeys} from './ssh.ts';

/** What a person says of a machine; what is undefined is decided here. */
export interface MachineWishes {
	/** A path, or the name of a container image. */
	readonly source: string;
	/** Of the disk that is there: what the machine writes stays. */
	readonly isPersistent: boolean;
	/** Of an image: the file that its disk stays in. */
	readonly keepAs: string | undefined;
	readonly diskSize: string | undefined;
	/** Sizes of new ones, or files. */
	readonly addedDisks: readonly string[];
	readonly memory: string | undefined;
	readonly cpus: number | undefined;
	readonly accelerator: Accelerator | undefined;
	readonly firmware: 'uefi' | 'bios' | undefined;
	readonly secureBoot: SecureBootKeys | undefined;
	readonly hasTpm: boolean;
	readonly network: 'user' | 'none' | undefined;
	readonly sshPort: number | undefined;
	/** A file of public keys that root may log in with. */
	readonly sshKey: string | undefined;
	/** Logs root in on the console. */
	readonly autologin: boolean;
	readonly display: Display | undefined;
	readonly moreArguments: readonly string[];
}

/** Of this host, as far as tests have another one. */
export interface HostPlaces {
	readonly env: NodeJS.ProcessEnv;
	readonly kvm?: KvmPlaces;
}

const defaultMemory = 2 * GiB;
const leastMemory = 128 * MiB;

/**
 * Decides all of a machine. Changes nothing.
 * @throws UsageError, Refused, Lacking, DamagedInput
 */
export async function prepareMachine(
	system: Pick<System, 'run' | 'deviceSize' | 'probeExclusive'>,
	wishes: MachineWishes,
	{env, kvm}: HostPlaces,
	signal: AbortSignal,
): Promise<MachineSettings> {
	const {kernel: architecture} = bootArchitecture();
	checkTogether(wishes, architecture);
	const memory = readMemory(wishes.memory);
	const programs = programPath(env);
	const source = readSource(system, wishes);
	const addedDisks = wishes.addedDisks.map((given) => readAddedDisk(system, given));
	const display = checkDisplay(wishes.display ?? 'none', env);
	const credentials = credentialsOf(wishes);
	const qemu = findEmulator(architecture, programs);
	const {accelerator, slow}: ChosenAccelerator =
		wishes.accelerator === undefined
			? await chooseAccelerator(system, qemu, architecture, signal, kvm)
			: {accelerator: wishes.accelerator};
	return {
		programs: {
			qemu,
			swtpm: wishes.hasTpm ? findTpmEmulator(programs) : undefined,
			podman: source.kind === 'image' ? findPodman(programs) : undefined,
		},
		architecture,
		accelerator,
		slow,
		// Emulated firmware waits at a restart for each processor to answer, and on a busy host one may never do.
		cpus: wishes.cpus ?? (accelerator === 'kvm' ? 2 : 1),
		memory,
		firmware: await readFirmware(architecture, wishes, env),
		source,
		addedDisks,
		network:
			wishes.network === 'none'
				? {kind: 'none'}
				: {kind: 'user', sshPort: await choosePort(wishes.sshPort)},
		display,
		credentials,
		moreArguments: wishes.moreArguments,
	};
}

function checkTogether(wishes: MachineWishes, architecture: MachineArchitecture): void {
	const {firmware, secureBoot, network, sshPort, cpus} = wishes;
	if (firmware === 'bios' && secureBoot !== undefined)
		throw new UsageError('--secure-boot is given with --firmware bios, which has none', {
			hint: 'Leave one of them out.',
		});
	if (firmware === 'bios' && architecture !== 'x86_64')
		throw new UsageError(`no machine of ${architecture} has a BIOS`, {
			hint: 'Leave --firmware bios out.',
		});
	if (network === 'none' && sshPort !== undefined)
		throw new UsageError('--ssh-port is given with --network none', {
			hint: 'Leave one of them out.',
		});
	if (cpus === 0) throw new UsageError('a machine needs a processor', {hint: 'Give --cpus 1.'});
}

function readSize(option: string, given: string): number {
	const size = parseSize(given);
	if (size !== undefined) return size;
	throw new UsageError(`--${option} cannot be ${given}`, {hint: sizeHint(given)});
}

function readMemory(given: string | undefined): number {
	if (given === undefined) return defaultMemory;
	const memory = readSize('memory', given);
	if (memory < leastMemory)
		throw new UsageError(`--memory ${given} is too little for any system`, {
			hint: `Give ${formatSize(leastMemory)} or more; a live system needs ${formatSize(defaultMemory)}.`,
		});
	return memory;
}

function readSource(
	system: Pick<System, 'deviceSize' | 'probeExclusive'>,
	{source, isPersistent, keepAs, diskSize, firmware}: MachineWishes,
): MachineSettings['source'] {
	if (meantSource(source, findPath(source)) === 'image') {
		if (isPersistent)
			throw new UsageError(`${source} is an image, and --persistent is for a disk`, {
				hint: 'Keep the disk that is made of it by --disk FILE.',
			});
		if (diskSize !== undefined) readSize('disk-size', diskSize);
		return {kind: 'image', reference: source, size: diskSize, firmware, keptAs: newFile(keepAs)};
	}
	const option = keepAs !== undefined ? 'disk' : diskSize !== undefined ? 'disk-size' : undefined;
	if (option !== undefined)
		throw new UsageError(`${source} is there, and --${option} is for an image`, {
			hint: 'Leave it out; or write the name of the image with its registry.',
		});
	return openMedium(system, source, isPersistent, firmware);
}

function newFile(given: string | undefined): string | undefined {
	if (given === undefined) return undefined;
	const file = path.resolve(given);
	if (existsSync(file))
		throw new Refused('disk-exists', `${given} is there already`, {
			hint: `Boot it by slipway run --persistent ${given}, or name another file.`,
		});
	if (!existsSync(path.dirname(file)))
		throw new Refused('no-folder', `there is no folder for ${given}`, {hint: 'Make it first.'});
	return file;
}

function readAddedDisk(
	system: Pick<System, 'deviceSize' | 'probeExclusive'>,
	given: string,
): MachineSettings['addedDisks'][number] {
	const size = parseSize(given);
	if (size === undefined) return {kind: 'file', ...openAddedDisk(system, given)};
	return {kind: 'new', size};
}

function checkDisplay(display: Display, env: NodeJS.ProcessEnv): Display {
	if (display === 'none' || env.DISPLAY || env.WAYLAND_DISPLAY) return display;
	throw new Lacking('no-display', `--display ${display} needs a graphical session`, {
		hint: 'Leave it out, for the console on this terminal; or hand QEMU -- -vnc 127.0.0.1:0.',
	});
}

/** What systemd takes from whoever made the machine. */
function credentialsOf({sshKey, autologin}: MachineWishes): Readonly<Record<string, string>> {
	return {
		...(sshKey !== undefined && {'ssh.authorized_keys.root': readPublicKeys(sshKey)}),
		...(autologin && {'agetty.autologin': 'root', 'login.noauth': 'yes'}),
	};
}

async function readFirmware(
	architecture: MachineArchitecture,
	{firmware, secureBoot}: MachineWishes,
	env: NodeJS.ProcessEnv,
): Promise<MachineSettings['firmware']> {
	if (firmware === 'bios') return {kind: 'bios'};
	const found = await findFirmware(architecture, firmwareFolders(env));
	return {kind: 'uefi', chosen: chooseFirmware(found, architecture, secureBoot)};
}
