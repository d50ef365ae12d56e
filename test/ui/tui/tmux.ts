import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';

const program = path.join(import.meta.dirname, 'program.ts');

export interface TerminalLook {
	readonly columns?: number;
	readonly rows?: number;
	/** TERM. */
	readonly term?: string;
}

/** A terminal of its own with a program in it. */
export interface RealTerminal extends Disposable {
	/** Names of keys as tmux has them, and text. */
	press(...keys: readonly string[]): void;
	/** What is on it, when that is as expected. @throws Error with what it was instead, when that takes too long */
	see(expected: RegExp, patienceMs?: number): Promise<string>;
	/** What it shows when nothing more comes for a second. */
	settled(patienceMs?: number): Promise<string>;
	/** What it shows now. */
	screen(): string;
	resize(columns: number, rows: number): void;
}

export function isTmuxThere(): boolean {
	return spawnSync('tmux', ['-V']).error === undefined;
}

const usualPatienceMs = 30_000;
const pauseMs = 50;
const quietMs = 1000;
let count = 0;

/** One with the screens in it, and a machine that is made up. */
export function openTerminal(look: TerminalLook, ...words: readonly string[]): RealTerminal {
	return openPane(look, [process.execPath, program, ...words]);
}

export function openPane(
	{columns = 80, rows = 24, term = 'xterm-256color'}: TerminalLook,
	program: readonly string[],
): RealTerminal {
	const socket = `slipway-test-${process.pid}-${count++}`;
	const tmux = (...args: readonly string[]): string => {
		const {status, stdout, stderr} = spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
			encoding: 'utf8',
		});
		if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
		return stdout;
	};
	const command = ['env', `TERM=${term}`, 'LANG=C.UTF-8', ...program]
		.map((word) => `'${word}'`)
		.join(' ');
	const size = ['-x', String(columns), '-y', String(rows)];
	tmux('new-session', '-d', ...size, `${command}; echo "ended with $?"; exec cat`);
	const screen = (): string => tmux('capture-pane', '-p');
	return {
		screen,
		press: (...keys) => {
			tmux('send-keys', ...keys);
		},
		see: async (expected, patienceMs = usualPatienceMs) => {
			const until = performance.now() + patienceMs;
			for (;;) {
				const shown = screen();
				if (expected.test(shown)) return shown;
				if (performance.now() > until) throw new Error(`not ${expected}:\n${shown}`);
				await setTimeout(pauseMs);
			}
		},
		async settled(patienceMs = usualPatienceMs) {
			const until = performance.now() + patienceMs;
			for (let before = screen(); ; ) {
				await setTimeout(quietMs);
				const shown = screen();
				if (shown === before) return shown;
				if (performance.now() > until) throw new Error(`never the same twice:\n${shown}`);
				before = shown;
			}
		},
		resize: (width, height) => {
			tmux('resize-window', '-x', String(width), '-y', String(height));
		},
		[Symbol.dispose]: () => {
			tmux('kill-server');
		},
	};
}
