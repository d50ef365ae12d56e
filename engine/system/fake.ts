import {type Ext4Volume, ext4InodeSize} from './ext4-volume.ts';
import type {CommandResult, System} from './system.ts';

export interface RecordedCall {
	readonly call: keyof System;
	readonly args: readonly unknown[];
}

export interface FakeSystem extends System {
	/** Every call in order, `now` left out. */
	readonly calls: readonly RecordedCall[];
	/** The commands among them, as one would type them. */
	commandLines(): string[];
}

/** What a command prints, by program or by function of its arguments. Others print nothing. */
export type FakeCommands = Readonly<
	Record<string, string | ((args: readonly string[]) => string | CommandResult)>
>;

/**
 * A system for tests that does nothing and records it. `answers` replaces single methods (they are
 * recorded all the same), `commands` says what programs print.
 */
export function fakeSystem(answers: Partial<System> = {}, commands: FakeCommands = {}): FakeSystem {
	const calls: RecordedCall[] = [];
	const system: System = {...silentSystem(commands), ...answers};
	const recording = new Proxy(system, {
		get(target, name: keyof System) {
			const method = target[name];
			if (typeof method !== 'function' || name === 'now') return method;
			return (...args: unknown[]) => {
				calls.push({call: name, args});
				return Reflect.apply(method, target, args);
			};
		},
	});
	return Object.assign(Object.create(recording) as System, {
		calls,
		commandLines: () =>
			calls
				.filter(({call}) => call === 'run')
				.map(({args: [command, args]}) => [command, ...(args as string[])].join(' ')),
	});
}

function silentSystem(commands: FakeCommands): System {
	let loops = 0;
	return {
		run: async (command, args) => {
			const answer = commands[command] ?? '';
			const result = typeof answer === 'string' ? answer : answer(args);
			return typeof result === 'string' ? {status: 0, stdout: result, stderr: ''} : result;
		},
		startDetached: async () => ({pid: 0, ended: Promise.resolve(0)}),
		runOnTerminal: async () => ({status: 0, stderr: ''}),
		mount: () => {},
		unmount: () => {},
		unshareMounts: () => {},
		cloneMount: (path) => ({path, close: () => {}}),
		attachLoop: () => `/dev/loop${loops++}`,
		detachLoop: () => {},
		deviceSize: () => ({size: 0, sectorSize: 512}),
		probeExclusive: () => 'free',
		holdDevice: () => ({restoreNode() {}, release() {}}),
		rereadPartitions: () => true,
		flushDevice: () => {},
		dataExtents: () => [],
		enableVerity: () => {},
		enableVerityOnAll: async () => {},
		measureVerity: () => undefined,
		listXattrs: () => [],
		getXattr: () => undefined,
		setXattr: () => {},
		setMtime: () => {},
		makeNode: () => {},
		loadExt4: () => ({open: () => emptyVolume()}),
		syncFileSystem: () => {},
		lock: async () => () => {},
		capabilities: () => new Set(),
		now: () => new Date(0),
		writeTimesAs: () => {},
	};
}

/** An ext4 with room for everything that keeps nothing. */
function emptyVolume(): Ext4Volume {
	return {
		inodeCount: 2 ** 32 - 1,
		freeRuns: () => [{start: 1, count: 2 ** 32}],
		useBlocks: () => {},
		releaseBlocks: () => {},
		useInode: () => {},
		readInode: () => Buffer.alloc(ext4InodeSize),
		writeInode: () => {},
		writeDirectoryBlock: () => {},
		writeExtentBlock: () => {},
		setXattrs: () => {},
		close: () => {},
		[Symbol.dispose]: () => {},
	};
}
