import {accessSync, constants, existsSync} from 'node:fs';
import path from 'node:path';
import {namesIn} from '../../engine/system/read-folder.ts';
import type {System} from '../../engine/system/system.ts';
import {type MachineArchitecture, machineTypes} from './firmware.ts';
import type {Accelerator} from './qemu-command.ts';

/** A kernel that works under KVM says its name well within this time, on the slowest of hosts. */
const probeMs = 10_000;

export interface ChosenAccelerator {
	readonly accelerator: Accelerator;
	/** Why it is the slow one, for people. */
	readonly slow?: {readonly reason: string; readonly hint: string};
}

export interface KvmPlaces {
	readonly device: string;
	/** Where kernels lie that may be read, as folders and what the names in them begin with. */
	readonly kernels: () => Promise<readonly string[]>;
}

export const hostKvm: KvmPlaces = {device: '/dev/kvm', kernels: hostKernels};

/**
 * KVM where it really works, else TCG. The device alone proves nothing: on some hosts a kernel started with it
 * never leaves its decompressor, so one is started and has to speak. Without one to try KVM is believed.
 */
export async function chooseAccelerator(
	system: Pick<System, 'run'>,
	qemu: string,
	architecture: MachineArchitecture,
	signal: AbortSignal,
	{device, kernels}: KvmPlaces = hostKvm,
): Promise<ChosenAccelerator> {
	if (!existsSync(device))
		return slow(
			`there is no ${device}`,
			'Switch virtualization on in the firmware; in a container, give it by --device /dev/kvm.',
		);
	if (!isAllowed(device, constants.R_OK | constants.W_OK))
		return slow(`you may not open ${device}`, 'Become a member of the group kvm.');
	const kernel = (await kernels()).findLast((file) => isAllowed(file, constants.R_OK));
	if (kernel === undefined || (await speaks(system, qemu, architecture, kernel, signal)))
		return {accelerator: 'kvm'};
	return slow(
		`a kernel that ${device} runs does not come to speak`,
		'Insist on it by --accel kvm.',
	);
}

function slow(reason: string, hint: string): ChosenAccelerator {
	return {accelerator: 'tcg', slow: {reason, hint}};
}

/** Arguments that start a kernel and nothing else, which ends when it finds no root. */
export function probeArguments(architecture: MachineArchitecture, kernel: string): string[] {
	const console = architecture === 'x86_64' ? 'console=ttyS0 earlyprintk=serial' : 'earlycon';
	return [
		...['-nodefaults', '-machine', machineTypes[architecture].qemu],
		...['-accel', 'kvm', '-cpu', 'host', '-m', '512'],
		...['-kernel', kernel, '-append', `${console} panic=-1`],
		...['-no-reboot', '-display', 'none', '-serial', 'stdio'],
	];
}

async function speaks(
	system: Pick<System, 'run'>,
	qemu: string,
	architecture: MachineArchitecture,
	kernel: string,
	signal: AbortSignal,
): Promise<boolean> {
	const enough = new AbortController();
	let hasSpoken = false;
	try {
		await system.run(qemu, probeArguments(architecture, kernel), {
			onLine: (line) => {
				if (!line.includes('Linux version')) return;
				hasSpoken = true;
				enough.abort();
			},
			signal: AbortSignal.any([signal, enough.signal, AbortSignal.timeout(probeMs)]),
		});
	} catch {
		// It was ended, or KVM failed at once: what counts is what it said.
		signal.throwIfAborted();
	}
	return hasSpoken;
}

async function hostKernels(): Promise<string[]> {
	const inFolder = async (folder: string, start: string) =>
		(await namesIn(folder))
			.filter((name) => name.startsWith(start))
			.map((name) => path.join(folder, name));
	const modules = await inFolder('/usr/lib/modules', '');
	return [
		...(await inFolder('/boot', 'vmlinuz')),
		...modules.map((folder) => path.join(folder, 'vmlinuz')),
	];
}

function isAllowed(file: string, mode: number): boolean {
	try {
		accessSync(file, mode);
		return true;
	} catch {
		return false;
	}
}
