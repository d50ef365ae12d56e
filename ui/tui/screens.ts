/** The screens on a terminal: keys in, frames out. ink writes of a frame the lines that changed. */
import {type Instance, render, Transform} from 'ink';
import {createElement} from 'react';
import {frame} from './components/frame.ts';
import {styledText} from './components/sgr.ts';
import {exitStatusOf} from './flow/exit-status.ts';
import {screens} from './flow/screens/all.ts';
import {Session} from './flow/session.ts';
import type {ScreenName} from './flow/state.ts';
import type {ScreenView} from './flow/view.ts';
import {type FormState, firstForm} from './form/form-state.ts';
import {pressKey} from './form/press-key.ts';
import type {InstallerPort} from './port.ts';
import {glyphSets} from './terminal/glyphs.ts';
import type {Key} from './terminal/keys.ts';
import type {GlyphLevel, Levels} from './terminal/levels.ts';
import {Terminal, type TerminalStreams} from './terminal/terminal.ts';

const framesPerSecond = {slow: 4, full: 20} as const;
/** Asks, installs and tells, until the person leaves. @returns the exit status */
export async function runScreens(
	port: InstallerPort,
	streams: TerminalStreams,
	levels: Levels,
	signal: AbortSignal,
): Promise<number> {
	const terminal = new Terminal(streams);
	await terminal.open();
	const program = new ScreenProgram(port, terminal, streams, levels);
	try {
		return await program.run(signal);
	} finally {
		program.stop();
		terminal.close();
	}
}

class ScreenProgram {
	readonly #terminal: Terminal;
	readonly #streams: TerminalStreams;
	readonly #session: Session;
	readonly #levels: Levels;
	readonly #left = Promise.withResolvers<void>();
	#glyphs: GlyphLevel;
	#ink: Instance | undefined;
	#form: FormState;
	#formOf: ScreenName;

	constructor(port: InstallerPort, terminal: Terminal, streams: TerminalStreams, levels: Levels) {
		this.#terminal = terminal;
		this.#streams = streams;
		this.#levels = levels;
		this.#glyphs = levels.glyphs;
		this.#session = new Session(port, {
			lendTerminal: (use) => this.#lend(use),
			quit: () => this.#left.resolve(),
		});
		this.#formOf = this.#session.state.screen;
		this.#form = firstForm(this.#view());
	}

	async run(signal: AbortSignal): Promise<number> {
		signal.addEventListener('abort', () => this.#left.resolve());
		this.#terminal.onKey((key) => this.#press(key));
		this.#terminal.onResize(() => this.#drawAnew());
		this.#terminal.onLost(() => this.#left.resolve());
		this.#session.onChange(() => this.#follow());
		this.#session.begin();
		this.#drawAnew();
		await this.#left.promise;
		return exitStatusOf(this.#session.state);
	}

	stop(): void {
		this.#session.end();
		this.#ink?.unmount();
		this.#ink = undefined;
	}

	#view(): ScreenView {
		const {state} = this.#session;
		return screens[state.screen].view(state);
	}

	#press(key: Key): void {
		if (isKey(key, 'f3', 'l')) {
			void this.#terminal.measure().then(() => this.#drawAnew());
			return;
		}
		if (isKey(key, 'f4', 't')) {
			this.#glyphs = this.#glyphs === 'ascii' ? atLeastVt(this.#levels.glyphs) : 'ascii';
			this.#drawAnew();
			return;
		}
		const {form, events} = pressKey(this.#view(), this.#form, key);
		this.#form = form;
		for (const event of events) this.#session.dispatch(event);
		this.#draw();
	}

	/** A new screen has a new selection. */
	#follow(): void {
		const {screen} = this.#session.state;
		if (screen !== this.#formOf || this.#form.focus === '') {
			this.#formOf = screen;
			this.#form = firstForm(this.#view());
		}
		this.#draw();
	}

	#draw(): void {
		this.#ink?.rerender(this.#element());
	}

	/** Everything, on a terminal that shows who knows what. */
	#drawAnew(): void {
		this.#ink?.unmount();
		this.#terminal.clear();
		this.#ink = render(this.#element(), {
			stdout: this.#streams.output,
			stdin: this.#streams.input,
			exitOnCtrlC: false,
			patchConsole: false,
			incrementalRendering: true,
			// Otherwise a variable of build services would make it write nothing.
			interactive: true,
			maxFps: framesPerSecond[this.#levels.motion],
		});
	}

	#element() {
		const {size} = this.#terminal;
		const rows = frame(
			this.#session.state,
			this.#view(),
			this.#form,
			size,
			glyphSets[this.#glyphs],
		);
		const lines = rows.map((row) => styledText(row, this.#levels.color).trimEnd());
		// They fit already: ink would measure, cut and wrap each of their characters as well.
		const transform = (_: string, at: number) => lines[at] ?? '';
		return createElement(Transform, {transform}, '\n'.repeat(rows.length - 1));
	}

	async #lend(use: () => Promise<void>): Promise<void> {
		this.#ink?.unmount();
		this.#ink = undefined;
		await this.#terminal.lend(use);
		this.#drawAnew();
	}
}

const atLeastVt = (level: GlyphLevel): GlyphLevel => (level === 'ascii' ? 'vt' : level);

/** A function key may be eaten on its way, so each has a twin. */
function isKey(key: Key, name: 'f3' | 'f4', letter: string): boolean {
	return (
		(key.kind === 'named' && key.name === name) || (key.kind === 'control' && key.letter === letter)
	);
}
