import type {Tries} from './entry-name.ts';
import type {Kernel} from './kernel.ts';

/**
 * A boot loader on its boot partition, seen as an ordered set of deployments to boot. Every act can
 * be killed anywhere and done again: until it is complete the old order holds, after it the new one.
 */
export interface BootLoader {
	/** What the boot loader offers, first what it would boot next. */
	list(): Promise<BootEntryList>;
	/**
	 * Adds a deployment, or replaces its entry. The kernel is on the medium before the entry is.
	 * @throws Refused `boot-partition-full` before anything is written
	 */
	write(entry: NewBootEntry): Promise<void>;
	/** Removes entries, and kernels that no entry uses any more. */
	remove(deploymentIds: readonly string[]): Promise<void>;
	/**
	 * Puts a deployment first; one that had used up its attempts gets new ones.
	 * @throws Refused `no-boot-entry`
	 */
	setDefault(deploymentId: string): Promise<void>;
	/**
	 * Ends the counting of boots, because this deployment is good.
	 * @throws Refused `no-boot-entry`
	 */
	bless(deploymentId: string): Promise<void>;
	/**
	 * Takes one attempt off an entry whose attempts are counted, as the boot loader does when it boots it.
	 * @throws Refused `no-boot-entry`
	 */
	countAttempt(deploymentId: string): Promise<void>;
	/** Removes what nothing needs: kernels without an entry, leftovers of a crash. */
	sweep(): Promise<void>;
	/**
	 * Brings into the entries what the boot loader has counted elsewhere, and its own files in line with them.
	 * Every change begins with that; at boot it comes first. Left out where it counts in the entries.
	 */
	settle?(): Promise<void>;
}

export interface BootEntryList {
	/** Slipway's entries in boot order, one for each deployment. */
	readonly entries: readonly BootEntry[];
	/** File names of entries that others wrote. */
	readonly foreign: readonly string[];
	/** Slipway's entries that cannot be read, with the reason. */
	readonly damaged: readonly DamagedBootEntry[];
	/** What slipway's entries start. Those are left out that start other files than slipway's. */
	readonly starts?: readonly BootStart[];
}

/** What an entry makes of the machine: where two agree, so do the running kernel and what it was told. */
export interface BootStart {
	readonly deploymentId: string;
	/** Name of kernel and initramfs by their content, as `kernelFolderName` makes it. */
	readonly kernel: string;
	readonly commandLine: string;
}

/** The boot loader may still offer it: it is less strict. */
export interface DamagedBootEntry {
	readonly file: string;
	/** By the file's name. */
	readonly deploymentId: string;
	readonly problem: string;
}

export interface BootEntry {
	readonly deploymentId: string;
	readonly title: string;
	/** Place in the boot order: of the entries with attempts left, the highest is booted. */
	readonly sequence: number;
	/** Undefined once the deployment is blessed. */
	readonly tries: Tries | undefined;
}

export interface NewBootEntry {
	readonly deploymentId: string;
	readonly title: string;
	readonly sequence: number;
	readonly commandLine: string;
	readonly kernel: Kernel;
}

/** How often a new deployment is tried before the boot loader falls back to the one before it. */
export const bootTries = 3;

/** Whether the boot loader has given up on an entry: it boots it only when nothing else is left. */
export function hasFailed({tries}: Pick<BootEntry, 'tries'>): boolean {
	return tries?.left === 0;
}

/** Sorts as boot loaders do: failed entries last, then the highest sequence first. */
export function inBootOrder<Entry extends Pick<BootEntry, 'sequence' | 'tries'>>(
	entries: readonly Entry[],
): Entry[] {
	return [...entries].sort(
		(a, b) => Number(hasFailed(a)) - Number(hasFailed(b)) || b.sequence - a.sequence,
	);
}
