import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	detectLevels,
	isVirtual,
	type Levels,
	type UiMode,
} from '../../../../ui/tui/terminal/levels.ts';
import {toldSize} from '../../../../ui/tui/terminal/size.ts';

const test = suite('levels of a terminal');

type Case = readonly [
	asked: UiMode,
	env: Readonly<Record<string, string>>,
	levels: Levels,
	device?: string,
];

const screens = {mode: 'screens'} as const;
const utf8 = {LANG: 'en_GB.UTF-8'};

const cases: readonly Case[] = [
	['auto', {TERM: 'linux'}, {...screens, color: 8, glyphs: 'vt', motion: 'full'}],
	['auto', {TERM: 'linux', NO_COLOR: '1'}, {...screens, color: 0, glyphs: 'vt', motion: 'full'}],
	['auto', {TERM: 'vt220'}, {...screens, color: 0, glyphs: 'ascii', motion: 'slow'}],
	['rich', {TERM: 'vt220'}, {...screens, color: 0, glyphs: 'vt', motion: 'slow'}],
	// What podman says of every terminal.
	['auto', {TERM: 'xterm', ...utf8}, {...screens, color: 8, glyphs: 'vt', motion: 'full'}],
	[
		'auto',
		{TERM: 'xterm-256color', ...utf8},
		{...screens, color: 256, glyphs: 'unicode', motion: 'full'},
	],
	[
		'auto',
		{TERM: 'tmux-256color', LANG: 'C'},
		{...screens, color: 256, glyphs: 'vt', motion: 'full'},
	],
	[
		'auto',
		{TERM: 'xterm-256color', ...utf8},
		{...screens, color: 256, glyphs: 'ascii', motion: 'slow'},
		'/dev/ttyS0',
	],
	[
		'basic',
		{TERM: 'xterm-256color', ...utf8},
		{...screens, color: 0, glyphs: 'ascii', motion: 'slow'},
	],
];

test('are what TERM, locale and device promise, unless somebody says', () => {
	for (const [asked, env, levels, device] of cases)
		assert.equal(
			detectLevels(asked, {env, device, hasScreenReader: false}),
			levels,
			JSON.stringify([asked, env, device]),
		);
});

test('are questions line by line for who cannot see screens', () => {
	const mode = (asked: UiMode, TERM: string, hasScreenReader = false) =>
		detectLevels(asked, {env: {TERM}, device: undefined, hasScreenReader}).mode;
	assert.equal(
		[mode('auto', 'dumb'), mode('auto', ''), mode('plain', 'xterm'), mode('auto', 'linux', true)],
		Array(4).fill('plain'),
	);
	assert.equal([mode('rich', 'dumb'), mode('basic', 'linux', true)], Array(2).fill('screens'));
});

test('take a size only from who has one', () => {
	assert.equal(toldSize(80, 24), {columns: 80, rows: 24});
	assert.equal(toldSize(9999, 24), {columns: 500, rows: 24});
	for (const [columns, rows] of [
		[0, 0],
		[80, 0],
		[undefined, undefined],
		[Number.NaN, 24],
	])
		assert.is(toldSize(columns, rows), undefined);
});

test('are of a virtual console, or of a line', () => {
	for (const [device, expected] of [
		['/dev/tty1', true],
		['/dev/tty12', true],
		['/dev/tty', false],
		['/dev/ttyS0', false],
		['/dev/pts/1', false],
		[undefined, false],
	] as const)
		assert.is(isVirtual(device), expected, device);
});

test.run();
