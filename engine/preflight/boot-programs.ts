import path from 'node:path';
import {splitCommandLine, splitParameter} from '../boot/command-line.ts';
import {readText} from '../system/read-text.ts';
import type {NeededDriver} from './needed-drivers.ts';

/** What an initramfs may need beside kernel modules to get at a root: what tells that it is there. */
export const bootPrograms = {
	luks: {
		name: 'systemd-cryptsetup',
		file: /(?:^|\/)systemd-cryptsetup$/,
		packages: 'systemd-cryptsetup and cryptsetup-bin',
	},
	tpm2: {
		name: 'the libraries for TPM2',
		file: /\/libtss2-tcti-device\.so[.\d]*$/,
		packages: 'tpm2-tools, libtss2-esys-3.0.2-0 and libtss2-tcti-device0',
	},
	cryptsetup: {name: 'cryptsetup', file: /(?:^|\/)cryptsetup$/, packages: 'cryptsetup-bin'},
	enrolling: {
		name: 'systemd-cryptenroll',
		file: /(?:^|\/)systemd-cryptenroll$/,
		packages: 'systemd-cryptsetup',
	},
	sealing: {name: 'systemd-creds', file: /(?:^|\/)systemd-creds$/, packages: 'systemd'},
	raid: {name: 'mdadm', file: /(?:^|\/)mdadm$/, packages: 'mdadm'},
} as const;

export type BootProgram = keyof typeof bootPrograms;
export const programNames = Object.keys(bootPrograms) as readonly BootProgram[];

export interface NeededProgram {
	readonly program: BootProgram;
	/** What it is for; ends a sentence. */
	readonly purpose: string;
}

/** By the driver that they go with. */
const programOfDriver: Readonly<Record<string, BootProgram>> = {dm_crypt: 'luks', raid1: 'raid'};

/**
 * What the initramfs must have besides drivers on this machine.
 * @param root what stands before all paths; for tests
 */
export async function neededPrograms(
	drivers: readonly NeededDriver[],
	root = '/',
): Promise<NeededProgram[]> {
	const commandLine = (await readText(path.join(root, '/proc/cmdline'))) ?? '';
	return [...programsOfDrivers(drivers), ...programsOfCommandLine(commandLine)];
}

export function programsOfDrivers(drivers: readonly NeededDriver[]): NeededProgram[] {
	return drivers.flatMap(({module, purpose}) => {
		const program = programOfDriver[module];
		return program === undefined ? [] : [{program, purpose}];
	});
}

/** Without them it would ask for a passphrase, with nobody there. */
function programsOfCommandLine(commandLine: string): NeededProgram[] {
	const usesTpm2 = splitCommandLine(commandLine)
		.map(splitParameter)
		.some(
			([name, value]) => name === 'rd.luks.options' && /(?:^|[=,])tpm2-device=(?!,|$)/.test(value),
		);
	return usesTpm2 ? [{program: 'tpm2', purpose: 'its TPM2, which unlocks the root'}] : [];
}
