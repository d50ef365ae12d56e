import type {BootEntry, BootStart, DamagedBootEntry} from '../boot/boot-loader.ts';
import type {DeploymentId} from './id.ts';
import type {Origin} from './origin.ts';

/** One state of the system that can be booted: an image with its own kernel arguments and /etc. */
export type Deployment = ReadableDeployment | UnreadableDeployment;

interface DeploymentBase {
	readonly id: DeploymentId;
	/**
	 * Whose local changes to /etc it will take over at its first boot. Absent once it has, and for one
	 * that starts with the image's own /etc.
	 */
	readonly etcDueFrom?: DeploymentId;
}

export interface ReadableDeployment extends DeploymentBase {
	readonly origin: Origin;
}

/** One whose origin is damaged, or of a newer slipway. It is left alone. */
export interface UnreadableDeployment extends DeploymentBase {
	readonly origin: undefined;
	readonly problem: string;
	/** Whether it has no origin at all, as after a crash while it was made or deleted. */
	readonly unfinished: boolean;
}

/** What decisions about deployments are made from. */
export interface DeploymentSet {
	readonly deployments: readonly Deployment[];
	/** What the boot loader offers. Undefined when that could not be read. */
	readonly entries: readonly BootEntry[] | undefined;
	/** Entries that it may offer and slipway cannot read. Absent when nobody looked for them. */
	readonly damagedEntries?: readonly DamagedBootEntry[];
	/** What the entries start, as far as that is known. */
	readonly starts?: readonly BootStart[];
	/** Of the running system; undefined when it is none of these. */
	readonly bootedId: DeploymentId | undefined;
}

/** The next place in the order of deployments: above all that have one on this machine. */
export function nextSequence({deployments, entries = []}: DeploymentSet): number {
	const taken = [
		...deployments.flatMap(({origin}) => (origin === undefined ? [] : [origin.sequence])),
		...entries.map(({sequence}) => sequence),
	];
	return 1 + Math.max(0, ...taken);
}
