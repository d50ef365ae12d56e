/** How much a terminal can show. Nothing is lost at the lowest levels but looks. */
export interface Levels {
	readonly mode: 'screens' | 'plain';
	readonly color: 0 | 8 | 256;
	readonly glyphs: GlyphLevel;
	/** `slow`: what changes by itself does so at most twice a second, for lines that carry little. */
	readonly motion: 'slow' | 'full';
}

export type GlyphLevel = 'ascii' | 'vt' | 'unicode';

/** What `--ui` takes. `basic`: screens in ASCII, without colours. `plain`: numbered questions. */
export const uiModes = ['auto', 'rich', 'basic', 'plain'] as const;
export type UiMode = (typeof uiModes)[number];

export interface TerminalFacts {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Path of the terminal's device, where that is known. */
	readonly device: string | undefined;
	/** A program reads the screen to somebody. */
	readonly hasScreenReader: boolean;
}

/** Lines that carry a few kB a second, whose other end says nothing of itself. */
const serialDevice = /^\/dev\/(tty(S|AMA|USB|ACM|sclp|mxc|PS|O)|hvc|hvsi|xvc|sclp_line)\d*/;
const oldTerminal = /^(vt[12]\d\d|ansi|cons25)/;

/** Decides by what the terminal says of itself, unless the person said it. */
export function detectLevels(asked: UiMode, facts: TerminalFacts): Levels {
	const {env} = facts;
	const mode = chooseMode(asked, facts);
	const isSlow = isSerial(facts.device);
	if (asked === 'basic') return {mode, color: 0, glyphs: 'ascii', motion: 'slow'};
	return {
		mode,
		color: isSet(env.NO_COLOR) ? 0 : colorsOf(env),
		glyphs: asked === 'rich' ? atLeast('vt', glyphsOf(env)) : isSlow ? 'ascii' : glyphsOf(env),
		motion: isSlow || oldTerminal.test(env.TERM ?? '') ? 'slow' : 'full',
	};
}

export function isSerial(device: string | undefined): boolean {
	return device !== undefined && serialDevice.test(device);
}

/** Whether the kernel draws it, and translates the keys of the machine's keyboard for it. */
export function isVirtual(device: string | undefined): device is string {
	return device !== undefined && /^\/dev\/tty[1-9]\d*$/.test(device);
}

function chooseMode(asked: UiMode, {env, hasScreenReader}: TerminalFacts): Levels['mode'] {
	if (asked === 'plain') return 'plain';
	if (asked !== 'auto') return 'screens';
	const knowsNothing = ['', 'dumb', 'unknown'].includes(env.TERM ?? '');
	return knowsNothing || hasScreenReader ? 'plain' : 'screens';
}

function colorsOf({TERM = '', COLORTERM}: TerminalFacts['env']): Levels['color'] {
	if (oldTerminal.test(TERM)) return 0;
	return isSet(COLORTERM) || TERM.includes('256color') ? 256 : 8;
}

/** podman gives every container TERM=xterm, whatever the terminal is: that alone promises little. */
function glyphsOf(env: TerminalFacts['env']): GlyphLevel {
	const {TERM = ''} = env;
	if (oldTerminal.test(TERM)) return 'ascii';
	if (TERM === 'linux') return 'vt';
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
	const isKnown = TERM !== 'xterm' || isSet(env.COLORTERM);
	return isKnown && /utf-?8/i.test(locale) ? 'unicode' : 'vt';
}

function atLeast(lowest: GlyphLevel, level: GlyphLevel): GlyphLevel {
	return level === 'ascii' ? lowest : level;
}

function isSet(value: string | undefined): boolean {
	return value !== undefined && value !== '';
}
