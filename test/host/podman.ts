/**
 * Podman for tests and for the demo, also where plain `podman run` does not work: on a host with a
 * mixed cgroup v1 and v2 tree (crun refuses it), or whose root may not raise limits. There, podman
 * runs where it sees a pure cgroup v2 tree that begins at a cgroup of its own, so that systemd in a
 * container cannot touch the host's; and containers get limits within the host's. On any other host
 * it is plain podman.
 */
import {type ChildProcess, type SpawnOptions, spawn} from 'node:child_process';
import {readFileSync, statfsSync} from 'node:fs';

/** What decides how podman has to be started. */
export interface PodmanHost {
	readonly isRoot: boolean;
	/** /sys/fs/cgroup is one cgroup v2 tree. */
	readonly hasUnifiedCgroups: boolean;
	/** The process may raise resource limits (CAP_SYS_RESOURCE). */
	readonly canRaiseLimits: boolean;
	/** Hard limits of this process. */
	readonly limits: {readonly openFiles: number; readonly processes: number};
}

export interface PodmanOptions {
	/** Given on standard input; otherwise it is empty. Not for `build -f -`, which opens /dev/stdin. */
	readonly input?: string | Uint8Array;
	/** `inherit`: the person sees everything as it comes, and both outputs stay empty here. */
	readonly stdio?: 'pipe' | 'inherit';
	/** Exit statuses that do not throw; default: 0 alone. */
	readonly okStatuses?: readonly number[];
	/** Podman is killed then, and throws; a container that it waits for goes on. */
	readonly timeoutMs?: number;
}

export interface PodmanResult {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
}

const cgroup2Magic = 0x63677270;
const sysResource = 24n;

/** Podman's own defaults are higher than the hard limits of a process without CAP_SYS_RESOURCE. */
const modestLimits = {openFiles: 20_000, processes: 4096};

export function inspectPodmanHost(): PodmanHost {
	const status = readFileSync('/proc/self/status', 'utf8');
	const limits = readFileSync('/proc/self/limits', 'utf8');
	const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
	const hardLimit = (name: string) =>
		Number(new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(limits)?.[1] ?? Infinity);
	return {
		isRoot: process.getuid?.() === 0,
		hasUnifiedCgroups: statfsSync('/sys/fs/cgroup').type === cgroup2Magic,
		canRaiseLimits: ((capabilities >> sysResource) & 1n) === 1n,
		limits: {openFiles: hardLimit('Max open files'), processes: hardLimit('Max processes')},
	};
}

/** Flags that the host asks for, by what the podman command does. */
function hostFlags(host: PodmanHost, command: string | undefined): string[] {
	const flags: string[] = [];
	if (command === 'build') {
		if (!host.hasUnifiedCgroups) flags.push('--isolation=chroot', '--network=host');
		return flags;
	}
	if (command !== 'run' && command !== 'create') return flags;
	// A network namespace would be pinned in the mount namespace that ends with this command.
	if (!host.hasUnifiedCgroups) flags.push('--network=host', '--cgroups=disabled');
	if (!host.canRaiseLimits) {
		const openFiles = Math.min(host.limits.openFiles, modestLimits.openFiles);
		const processes = Math.min(host.limits.processes, modestLimits.processes);
		flags.push(
			`--ulimit=nofile=${openFiles}:${openFiles}`,
			`--ulimit=nproc=${processes}:${processes}`,
		);
	}
	return flags;
}

/** Commands whose mounts the caller wants to see. */
const mountsForCaller = new Set(['mount', 'umount', 'unmount', 'image', 'unshare']);

/**
 * The whole command line for `podman ARGS…` on that host. `args` begin with the podman command
 * (`run`, `build`, `save`…), without global options.
 */
export function podmanCommandLine(host: PodmanHost, args: readonly string[]): string[] {
	const [command, ...rest] = args;
	// Podman takes a network only once: the caller's comes first.
	const ownNetwork = rest.some((arg) => /^--net(work)?($|=)/.test(arg));
	const flags = hostFlags(host, command).filter((flag) => !ownNetwork || flag !== '--network=host');
	const podman = ['podman', ...(command === undefined ? [] : [command]), ...flags, ...rest];
	if (host.hasUnifiedCgroups || mountsForCaller.has(command ?? '')) return podman;
	const enterNamespaces = host.isRoot
		? ['unshare', '--mount', 'sh', '-c', enterOwnCgroup, 'sh', 'unshare', '--cgroup', '--mount']
		: ['podman', 'unshare', 'unshare', '--cgroup', '--mount'];
	return [...enterNamespaces, 'sh', '-c', mountCgroups, 'sh', ...podman];
}

/**
 * Moves the shell into a new cgroup, and runs the rest from there. A container may outlive the command
 * that started it, so cgroups are removed by later commands; and one of those, seeing it still empty,
 * may take the new one away, hence the tries.
 */
const enterOwnCgroup = `
mount -t cgroup2 none /sys/fs/cgroup || exit
for old in /sys/fs/cgroup/slipway-*; do
	! grep -qsx 'populated 0' "$old/cgroup.events" || find "$old" -depth -type d -exec rmdir {} +
done 2>/dev/null
own=/sys/fs/cgroup/slipway-$$
for try in 1 2 3; do
	! { mkdir -p $own && echo $$ >$own/cgroup.procs; } 2>/dev/null || exec "$@"
done
echo "no cgroup can be made at $own" >&2
exit 1`;

/** In a cgroup namespace, the mount shows the own cgroup as the root of the tree. */
const mountCgroups =
	'umount /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';

/** Starts `podman ARGS…`; signals to the process reach podman itself. */
export function spawnPodman(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
	const [command = 'podman', ...rest] = podmanCommandLine(inspectPodmanHost(), args);
	return spawn(command, rest, options);
}

/**
 * Runs `podman ARGS…`.
 * @throws Error with the command line and podman's words when the status is not an expected one
 */
export async function podman(
	args: readonly string[],
	{input, stdio = 'pipe', okStatuses = [0], timeoutMs}: PodmanOptions = {},
): Promise<PodmanResult> {
	const child = spawnPodman(args, {
		stdio: stdio === 'inherit' ? 'inherit' : ['pipe', 'pipe', 'pipe'],
		killSignal: 'SIGKILL',
		...(timeoutMs !== undefined && {timeout: timeoutMs}),
	});
	const output = {stdout: '', stderr: ''};
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		output.stdout += text;
	});
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		output.stderr += text;
	});
	// A container that never reads its input is no failure of the caller's.
	child.stdin?.on('error', () => {});
	child.stdin?.end(input ?? '');
	const status = await new Promise<number>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code) => resolve(code ?? -1));
	});
	if (!okStatuses.includes(status)) {
		throw new Error(`podman ${args.join(' ')}: status ${status}\n${output.stdout}${output.stderr}`);
	}
	return {status, ...output};
}

/** Why containers cannot be run here, for `skipped: …`; undefined when they can. */
export async function podmanProblem(): Promise<string | undefined> {
	try {
		await podman(['info', '--format', '{{.Host.OCIRuntime.Name}}']);
		return undefined;
	} catch (error) {
		return `podman does not work here: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
	}
}
