import {accessSync, constants, statSync} from 'node:fs';
import path from 'node:path';
import {Lacking} from '../../engine/errors.ts';
import type {MachineArchitecture} from './firmware.ts';

interface Program {
	/** The same under the names of several distributions. */
	readonly names: readonly string[];
	readonly hint: string;
}

/** Red Hat's lies where no PATH leads. */
const emulators: Readonly<Record<MachineArchitecture, Program>> = {
	x86_64: {
		names: ['qemu-system-x86_64', 'qemu-kvm'],
		hint: 'Install qemu-system-x86 (Debian, Ubuntu, Fedora), qemu-kvm (RHEL), qemu-base (Arch) or qemu-x86 (openSUSE).',
	},
	aarch64: {
		names: ['qemu-system-aarch64', 'qemu-kvm'],
		hint: 'Install qemu-system-arm (Debian, Ubuntu), qemu-system-aarch64 (Fedora, Arch), qemu-kvm (RHEL) or qemu-arm (openSUSE).',
	},
};

const tpm: Program = {names: ['swtpm'], hint: 'Install swtpm; or leave --tpm out.'};
const podman: Program = {
	names: ['podman'],
	hint: 'Install podman; or have the disk made where podman is, and run that.',
};

/** Where programs are looked for. */
export function programPath(env: NodeJS.ProcessEnv): string[] {
	const own = (env.PATH ?? '').split(':').filter((folder) => path.isAbsolute(folder));
	return [...new Set([...own, '/usr/bin', '/usr/sbin', '/usr/libexec'])];
}

/** @throws Lacking `missing-program` */
export function findEmulator(
	architecture: MachineArchitecture,
	folders: readonly string[],
): string {
	return findProgram(emulators[architecture], folders);
}

/** @throws Lacking `missing-program` */
export function findTpmEmulator(folders: readonly string[]): string {
	return findProgram(tpm, folders);
}

/** @throws Lacking `missing-program` */
export function findPodman(folders: readonly string[]): string {
	return findProgram(podman, folders);
}

function findProgram({names, hint}: Program, folders: readonly string[]): string {
	const places = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
	const found = places.find(isProgram);
	if (found !== undefined) return found;
	throw new Lacking('missing-program', `${names[0]} is not installed`, {hint});
}

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}
