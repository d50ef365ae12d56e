/**
 * Every screen at 80 by 24 as a person sees it without colours, in the three sets of signs, kept in
 * `frames`. After a change that is meant:
 *
 *   SLIPWAY_RENEW_FRAMES=1 node test/run.ts test/ui/tui/frames.test.ts
 */
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {frame} from '../../../ui/tui/components/frame.ts';
import {rowText} from '../../../ui/tui/components/row.ts';
import {glyphSets} from '../../../ui/tui/terminal/glyphs.ts';
import type {GlyphLevel} from '../../../ui/tui/terminal/levels.ts';
import type {TerminalSize} from '../../../ui/tui/terminal/size.ts';
import {play, type Scene, scenes, viewOf} from './scenes.ts';

const test = suite('frames');

const folder = path.join(import.meta.dirname, 'frames');
const levels: readonly GlyphLevel[] = ['ascii', 'vt', 'unicode'];
const isRenewing = process.env.SLIPWAY_RENEW_FRAMES === '1';
const standard = {columns: 80, rows: 24};

function draw(scene: Scene, level: GlyphLevel, size: TerminalSize = standard): string[] {
	return frame(scene.state, viewOf(scene), scene.form, size, glyphSets[level]).map(rowText);
}

const fileOf = (level: GlyphLevel, name: string): string => path.join(folder, level, `${name}.txt`);

test.before(() => {
	if (!isRenewing) return;
	rmSync(folder, {recursive: true, force: true});
	for (const level of levels) {
		mkdirSync(path.join(folder, level), {recursive: true});
		for (const [name, scene] of Object.entries(scenes)) {
			const lines = draw(scene, level).map((line) => line.trimEnd());
			writeFileSync(fileOf(level, name), `${lines.join('\n')}\n`);
		}
	}
});

for (const level of levels)
	test(`are those that are kept, in ${level}`, () => {
		for (const [name, scene] of Object.entries(scenes)) {
			const lines = draw(scene, level).map((line) => line.trimEnd());
			assert.is(`${lines.join('\n')}\n`, readFileSync(fileOf(level, name), 'utf8'), name);
		}
		assert.equal(
			readdirSync(path.join(folder, level)).sort(),
			Object.keys(scenes)
				.map((name) => `${name}.txt`)
				.sort(),
		);
	});

test('are those in the README', () => {
	const readme = readFileSync(path.join(import.meta.dirname, '../../../README.md'), 'utf8');
	for (const name of ['disk', 'summary'])
		assert.ok(
			readme.includes(`\`\`\`text\n${readFileSync(fileOf('unicode', name), 'utf8')}\`\`\``),
			name,
		);
});

/** What each set may use; the second is in the kernel's font and in those of distributions. */
const allowed: Readonly<Record<GlyphLevel, RegExp>> = {
	ascii: /^[\x20-\x7e]*$/,
	vt: /^[\x20-\x7e─│┌┐└┘├┤┬┴┼═║╔╗╚╝█▒░■•▲▼←↑→↓»×]*$/,
	unicode: /^[\x20-\x7e─█▀▄░▲▼•…●✓✗]*$/,
};

const sizes: readonly TerminalSize[] = [
	standard,
	{columns: 60, rows: 16},
	{columns: 132, rows: 43},
	{columns: 200, rows: 50},
];

test('fill their terminal exactly, with signs that it has', () => {
	for (const [name, scene] of Object.entries(scenes))
		for (const level of levels)
			for (const size of sizes) {
				const lines = draw(scene, level, size);
				assert.is(lines.length, size.rows, name);
				for (const line of lines) {
					assert.is(line.length, size.columns, `${name}: ${line}`);
					assert.match(line, allowed[level], name);
				}
			}
});

test('say what is needed where the terminal is too small, and fit even there', () => {
	const {welcome} = scenes;
	assert.ok(welcome);
	assert.equal(draw(welcome, 'ascii', {columns: 26, rows: 3}), [
		'This terminal is 26x3.    ',
		'60x16 are needed.         ',
		'Make it larger, or use    ',
	]);
});

test('show what is selected by a sign, and secrets only when asked', () => {
	for (const [name, scene] of Object.entries(scenes)) {
		const text = draw(scene, 'ascii').join('\n');
		if (name !== 'encryption-revealed') assert.not.match(text, /secret words|pa55word/, name);
		const canSelect = viewOf(scene).next !== undefined || viewOf(scene).fields.length > 0;
		if (canSelect && !scene.form.showsHelp && name !== 'disk-none')
			assert.match(text, /^ ?>/m, name);
	}
});

test('let no text of a disk, a key or a log reach the terminal as it is', () => {
	const {disk} = scenes;
	assert.ok(disk);
	const hostile = '\x1b[2J\x07\u202eevil\u{1f4a9}漢';
	const disks = (disk.state.disks ?? []).map((facts) => ({
		...facts,
		model: hostile,
		content: hostile,
		warnings: [hostile],
	}));
	const scene = play(disk, {type: 'disks-listed', disks});
	for (const level of levels) {
		const lines = draw(scene, level);
		assert.match(lines.join('\n'), /\?\[2J\?\?evil\?\?\?/);
		for (const line of lines) assert.is(line.length, 80);
	}
});

test.run();
