/** All that the screens ask of the machine. The installer answers; tests give one that makes things up. */
import type {ProgressEvent} from '../../engine/progress.ts';
import type {UpdateMode} from '../../engine/update/settings-schema.ts';
import type {Answers} from '../../installer/answers/answers.ts';
import type {Secret} from '../../installer/answers/secret.ts';
import type {RootFileSystem} from '../../installer/disk/layout-settings.ts';
import type {HardwareCheck} from '../../installer/machine/hardware.ts';
import type {Surroundings} from '../../installer/machine/surroundings.ts';

export interface ReadKeys {
	/** Lines of authorized_keys. */
	readonly keys: readonly string[];
	/** How many other lines there were, without empty ones and comments. */
	readonly leftOut: number;
}

export interface InstallerPort {
	/** The image that would be installed, the machine, and what can be chosen. */
	readMachine(): Promise<MachineFacts>;
	/** All disks, those that will not do too. */
	listDisks(): Promise<readonly DiskFacts[]>;
	/** Has the keyboard of this terminal type by a keymap, where the terminal is the live system's own. */
	loadKeymap(keymap: string): Promise<void>;
	/** Public keys that were pasted, or lie at a path or an http(s) address. @throws EngineError when there is none */
	readKeys(source: string): Promise<ReadKeys>;
	/** A crypt(5) hash. */
	hashPassword(password: string): Promise<Secret>;
	/** Checks everything and says what would be done. @throws EngineError with all that speaks against it */
	plan(answers: Answers, signal: AbortSignal): Promise<PlannedInstall>;
	/**
	 * Begins to write, in a process of its own that ends only when it is done; it refuses a disk that is not as
	 * it was when it was planned for.
	 */
	start(answers: Answers, plan: PlannedInstall): Promise<InstallRun>;
	/** One that somebody began before, and that goes on or has ended since the machine started. */
	findRun(): Promise<InstallRun | undefined>;
	/** Writes the answers as an unattended file for that disk. */
	saveAnswers(answers: Answers, disk: DiskFacts | undefined): Promise<SavedAnswers>;
	/** Copies the log to where it can be taken along; gives the place. */
	saveLog(): Promise<string>;
	restart(how: 'reboot' | 'poweroff'): Promise<void>;
	/** A shell on this terminal, until the person leaves it. */
	openShell(): Promise<void>;
}

export interface MachineFacts {
	readonly image: {
		readonly name: string;
		/** What its os-release says of it. */
		readonly version: string;
		/** Where updates would come from. */
		readonly target: string | undefined;
	};
	readonly surroundings: Surroundings;
	readonly checks: readonly HardwareCheck[];
	/** The first is the image's default. */
	readonly fileSystems: readonly [RootFileSystem, ...RootFileSystem[]];
	/** Why it cannot be; undefined where it can. */
	readonly withoutEncryption: string | undefined;
	readonly withoutTpm2: string | undefined;
	/** Why a user cannot become root; undefined where one can. */
	readonly withoutSudo: string | undefined;
	readonly locales: readonly string[];
	readonly keymaps: readonly string[];
	readonly timeZones: readonly string[];
	/** What holds when nothing is chosen. */
	readonly defaults: {
		/** Empty when nobody knows. */
		readonly hostname: string;
		readonly locale: string;
		readonly keymap: string;
		readonly timeZone: string;
	};
	/** How the image has machines updated. */
	readonly updates: UpdateMode;
	readonly interfaces: readonly {readonly name: string; readonly state: string}[];
	/** What a configuration says that was found and may not install by itself. */
	readonly found?: FoundAnswers;
}

export interface FoundAnswers {
	readonly answers: Answers;
	/** Path of the disk that they select; undefined when that is none, or more than one. */
	readonly disk: string | undefined;
}

export interface DiskFacts {
	readonly path: string;
	/** What has to be typed to destroy it: `nvme0n1`. */
	readonly name: string;
	readonly size: number;
	readonly transport: string | undefined;
	readonly model: string | undefined;
	readonly serial: string | undefined;
	readonly wwn: string | undefined;
	/** What is on it, in a few words. */
	readonly content: string;
	readonly isEmpty: boolean;
	/** Why it cannot be installed to, one a line; empty when it can. */
	readonly refusals: readonly string[];
	readonly warnings: readonly string[];
	/** Layouts that are refused on this disk, and why. */
	readonly withoutFreeSpace: string | undefined;
	readonly partitions: readonly PartitionFacts[];
	/** A system of slipway whose data is on partitions of its own; left out when there is none. */
	readonly reinstall?: ReinstallFacts;
}

export interface ReinstallFacts {
	/** Number of the partition that its root is on. */
	readonly root: number;
	/** What would be kept. */
	readonly data: readonly {readonly number: number; readonly mountPoint: string}[];
}

export interface PartitionFacts {
	readonly number: number;
	readonly size: number;
	readonly content: string;
	/** Why it cannot be replaced. */
	readonly refusal: string | undefined;
}

/** What an installation would do, for people. */
export interface PlannedInstall {
	/** Fingerprint of the disk as it was then. */
	readonly fingerprint: string;
	readonly destroys: readonly string[];
	readonly keeps: readonly string[];
	readonly makes: readonly string[];
	readonly warnings: readonly string[];
}

/** An installation that goes on without the screens. */
export interface InstallRun {
	/** The disk, for people. */
	readonly disk: string;
	/** All events from the beginning, and at last how it ended. */
	follow(signal: AbortSignal): AsyncIterable<RunEvent>;
	/** Asks it to stop. */
	stop(): Promise<void>;
	/** The person has seen how it ended: the next one is asked the questions again. */
	forget(): Promise<void>;
}

export type RunEvent =
	/** `at`: ms since the epoch. */
	| {readonly kind: 'progress'; readonly event: ProgressEvent; readonly at: number}
	| {readonly kind: 'ended'; readonly ending: RunEnding};

export type RunEnding =
	| {readonly kind: 'installed'; readonly message: string; readonly recoveryKey: string | undefined}
	| {
			readonly kind: 'failed';
			readonly message: string;
			readonly hint: string | undefined;
			readonly exitStatus: number;
	  };

export interface SavedAnswers {
	readonly path: string;
	/** What had to be left out, by name. */
	readonly leftOut: readonly string[];
}
