import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';

const program = path.join(import.meta.dirname, 'program.ts');

/** A terminal of its own with the screens in it, and a machine that is made up. */
export interface RealTerminal extends Disposable {
	/** Names of keys as tmux has them, and text. */
	press(...keys: readonly string[]): void;
	/** What is on it, when that is as expected. @throws Error with what it was instead */
	see(expected: RegExp): Promise<string>;
	resize(columns: number, rows: number): void;
}

export function isTmuxThere(): boolean {
	return spawnSync('tmux', ['-V']).error === undefined;
}

const patienceMs = 30_000;
const pauseMs = 50;
let count = 0;

export function openTerminal(
	{columns = 80, rows = 24, term = 'xterm-256color'},
	...words: readonly string[]
): RealTerminal {
	const socket = `slipway-test-${process.pid}-${count++}`;
	const tmux = (...args: readonly string[]): string => {
		const {status, stdout, stderr} = spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
			encoding: 'utf8',
		});
		if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
		return stdout;
	};
	const command = ['env', `TERM=${term}`, 'LANG=C.UTF-8', process.execPath, program, ...words]
		.map((word) => `'${word}'`)
		.join(' ');
	const size = ['-x', String(columns), '-y', String(rows)];
	tmux('new-session', '-d', ...size, `${command}; echo "ended with $?"; exec cat`);
	return {
		press: (...keys) => {
			tmux('send-keys', ...keys);
		},
		see: async (expected) => {
			const until = performance.now() + patienceMs;
			for (;;) {
				const screen = tmux('capture-pane', '-p');
				if (expected.test(screen)) return screen;
				if (performance.now() > until) throw new Error(`not ${expected}:\n${screen}`);
				await setTimeout(pauseMs);
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
