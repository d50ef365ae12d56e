import type {Ext4Library} from './ext4-volume.ts';

/**
 * The seam: all that the engine and the installer do to the machine beyond plain files.
 * `host.ts` does it for real, `fake.ts` records it for tests. Plain files go through `node:fs` on a
 * root path that is a parameter.
 */
export interface CommandOptions {
	/** Given to the command on standard input; the stream is consumed. */
	readonly input?: string | Uint8Array | AsyncIterable<Uint8Array>;
	/** Added to the environment, or taken out of it where undefined. `LC_ALL=C` is always set. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Exit statuses that are results and not failures. Default: 0 alone. */
	readonly okStatuses?: readonly number[];
	/** Keeps only the last so many bytes of each output. Default: all. */
	readonly outputTail?: number;
	/**
	 * Called with each line of standard output as it comes, without its end; nothing of that output is kept then.
	 */
	readonly onLine?: (line: string) => void;
	readonly signal?: AbortSignal;
}

export interface CommandResult {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
}

export interface DetachedProcess {
	readonly pid: number;
	/** Its exit status; undefined when a signal ended it. Nothing waits for it but who asks. */
	readonly ended: Promise<number | undefined>;
}

export interface TerminalOptions {
	/** Ends the program when it aborts. So does the loss of the terminal, which then does not end this process. */
	readonly signal?: AbortSignal;
	/** What it says on standard error is shown, and the end of it kept. */
	readonly keepErrors?: boolean;
}

export interface TerminalResult {
	/** As shells have it: 128 and its number where a signal ended the program. */
	readonly status: number;
	/** Empty unless it was to be kept. */
	readonly stderr: string;
}

export type FsVerityAlgorithm = 'sha256' | 'sha512';

/** A device that is kept open. */
export interface DeviceHold {
	/** Makes its node again where another program took it away. */
	restoreNode(): void;
	release(): void;
}

/** A part of a file, in bytes; `end` is the first byte behind it. */
export interface DataExtent {
	readonly start: number;
	readonly end: number;
}

export interface LoopOptions {
	readonly offset?: number;
	readonly sizeLimit?: number;
	readonly readOnly?: boolean;
	/** Logical sector size; 512 when absent. */
	readonly sectorSize?: number;
	/**
	 * Go past the page cache of the file beneath, which would hold everything twice. A wish: the
	 * kernel does without where the file beneath cannot.
	 */
	readonly directIo?: boolean;
}

export interface LockOptions {
	/** Ends the wait. */
	readonly signal?: AbortSignal;
	/** Called once if somebody else has the lock. */
	readonly onWait?: () => void;
}

export interface MountClone {
	/** Valid in this process, and in programs it runs, until `close`. */
	readonly path: string;
	close(): void;
}

export interface System {
	/**
	 * Runs a program, without a shell.
	 * @throws CommandFailed with the command, its status and the tail of its stderr
	 * @throws Lacking `missing-program` when it is not installed
	 */
	run(command: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;

	/**
	 * Starts a program in a session of its own, which neither the end of this process nor the loss of a
	 * terminal ends. What it prints goes to `log`, a file that is made anew for root alone.
	 */
	startDetached(
		command: string,
		args: readonly string[],
		options: {readonly input: string; readonly log: string},
	): Promise<DetachedProcess>;
	/** Runs a program on the terminal of this process, until it ends, however it does. */
	runOnTerminal(
		command: string,
		args: readonly string[],
		options?: TerminalOptions,
	): Promise<TerminalResult>;

	/** mount(2). `data` is the comma-separated option string of the file system. */
	mount(
		source: string,
		target: string,
		type: string,
		flags: readonly MountFlag[],
		data?: string,
	): void;
	/** umount2(2); lazily detaches when `detach` is set. */
	unmount(target: string, detach?: boolean): void;
	/**
	 * unshare(CLONE_NEWNS) and makes all mounts private, for the thread that calls, its children and threads
	 * that it starts later. Those that run the calls of `node:fs/promises` may be older: they find what is
	 * mounted later below `/proc/self/root` alone.
	 */
	unshareMounts(): void;
	/**
	 * open_tree(2): a second view of the mount that `path` lies in, without anything that is mounted
	 * below it. It is in no mount namespace, so every thread reaches it and it needs no mount point.
	 * @throws KernelCallFailed `EPERM` without CAP_SYS_ADMIN; `EINVAL` when mounts below are locked
	 */
	cloneMount(path: string): MountClone;

	/**
	 * Attaches a free loop device and gives its path; the caller detaches it. The kernel does when this
	 * process ends and nothing has it mounted.
	 */
	attachLoop(file: string, options?: LoopOptions): string;
	detachLoop(device: string): void;

	/**
	 * Sizes of a block device or regular file, in bytes.
	 * For a regular file the sector size is 512.
	 */
	deviceSize(path: string): {readonly size: number; readonly sectorSize: number};
	/** Opens with O_EXCL, so a block device that anything uses gives `busy`. */
	probeExclusive(device: string): 'free' | 'busy';
	/** Keeps a device open until it is released, or the process ends. */
	holdDevice(device: string): DeviceHold;
	/** Asks the kernel to read the partition table again; false when it cannot (busy). */
	rereadPartitions(device: string): boolean;
	/** Writes back and drops the kernel's cached blocks of a device; a plain file is only written back. */
	flushDevice(device: string): void;
	/** Where a plain file has data, in order; the rest are holes. All of it where its file system cannot tell. */
	dataExtents(file: string): DataExtent[];

	/**
	 * FS_IOC_ENABLE_VERITY, 4096-byte blocks, no salt. Nothing may have the file open for writing; one
	 * that has fs-verity already is left as it is.
	 * @throws Lacking `no-fs-verity`
	 */
	enableVerity(file: string, algorithm: FsVerityAlgorithm): void;
	/** The same on many files at once, several at a time. */
	enableVerityOnAll(files: Iterable<string>, algorithm: FsVerityAlgorithm): Promise<void>;
	/** FS_IOC_MEASURE_VERITY: lower-case hex, or undefined when the file has no fs-verity. */
	measureVerity(
		file: string,
	): {readonly algorithm: FsVerityAlgorithm; readonly digest: string} | undefined;

	/** Extended attributes of the path itself, never of a link's target. Keys are byte strings. */
	listXattrs(path: string | Buffer): string[];
	getXattr(path: string | Buffer, key: string): Buffer | undefined;
	setXattr(path: string | Buffer, key: string, value: Uint8Array): void;
	/** utimensat(2) with whole nanoseconds on the path itself. */
	setMtime(path: string | Buffer, sec: number, nsec: number): void;
	/** mknod(2); `mode` holds the file type too. */
	makeNode(path: string | Buffer, mode: number, rdev: number): void;

	/** libext2fs, which writes an ext4 without the kernel. @throws Lacking `missing-library` */
	loadExt4(): Ext4Library;

	/** syncfs(2) on the file system that holds `path`. */
	syncFileSystem(path: string): void;
	/**
	 * flock(2), exclusive, on a file that is created when missing; waits.
	 * The lock ends with the returned function or with the process.
	 */
	lock(file: string, options?: LockOptions): Promise<() => void>;

	/** Effective capabilities by name without the prefix, `SYS_ADMIN`. */
	capabilities(): ReadonlySet<string>;
	now(): Date;
	/**
	 * From now on, programs that are run and libext2fs take this for the time in what they write, as far as they
	 * heed SOURCE_DATE_EPOCH; `now` does not.
	 */
	writeTimesAs(time: Date): void;
}

export type MountFlag =
	| 'ro'
	| 'nosuid'
	| 'nodev'
	| 'noexec'
	| 'bind'
	| 'rec'
	| 'remount'
	| 'private'
	| 'slave';
