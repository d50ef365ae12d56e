import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {editText} from '../../../../ui/tui/form/edit-text.ts';
import {filterOptions} from '../../../../ui/tui/form/stops.ts';
import {decodeKeys} from '../../../../ui/tui/terminal/keys.ts';
import {play, type Scene, scenes} from '../scenes.ts';

const test = suite('keys on a screen');

function scene(name: string): Scene {
	const found = scenes[name];
	assert.ok(found, name);
	return found;
}

/** A text after keys that edit it, with the cursor as `|`. */
function edited(before: string, keys: string): string {
	const value = before.replace('|', '');
	const {keys: pressed} = decodeKeys(keys, {isLate: true, followsReturn: false});
	const text = pressed.reduce((now, key) => editText(now, key) ?? now, {
		value,
		cursor: before.indexOf('|'),
	});
	return `${text.value.slice(0, text.cursor)}|${text.value.slice(text.cursor)}`;
}

test('edit a text as everywhere', () => {
	for (const [before, keys, after] of [
		['ab|', 'c', 'abc|'],
		['a|b', 'x\x1b[Dy', 'ay|xb'],
		['ab|', '\x7f', 'a|'],
		['|ab', '\x7f', '|ab'],
		['a|b', '\x1b[3~', 'a|'],
		['one two|', '\x17', 'one |'],
		['one t|wo', '\x15', '|wo'],
		['one t|wo', '\x0b', 'one t|'],
		['ab|', '\x01x\x05y', 'xaby|'],
		['a|', '\x1b[D\x1b[D\x1b[C\x1b[C\x1b[C', 'a|'],
		['a💩|', '\x7f', 'a|'],
		['|', '\x1b[200~ key one\r\nkey\x07 two \n\x1b[201~', 'key one\nkey two|'],
	] as const)
		assert.is(edited(before, keys), after, JSON.stringify([before, keys]));
});

test('leave a letter to the text that it is typed into', () => {
	const {state} = play(scene('account'), 'bjkq?/r');
	assert.equal([state.screen, state.draft.userName], ['account', 'bjkq?/r']);
});

test('move by arrows, letters, pages and ends, never past one', () => {
	const disk = scene('disk');
	const focus = (keys: string) => play(disk, keys).form.focus;
	assert.is(focus('\x1b[B'), 'disk=/dev/sda');
	assert.is(focus('j'), 'disk=/dev/sda');
	assert.is(focus('jk'), 'disk=/dev/nvme0n1');
	assert.is(focus('k'), 'disk=/dev/nvme0n1');
	assert.is(focus('G'), 'disk=/dev/mmcblk0');
	assert.is(focus('\x1b[6~'), 'disk=/dev/mmcblk0');
	assert.is(focus('Gg'), 'disk=/dev/nvme0n1');
});

test('take no disk that is refused, and say why', () => {
	const {state} = play(scene('disk'), 'jj\r');
	assert.equal(
		[state.screen, state.message?.text],
		['disk', 'the system that runs here is on /dev/sdb'],
	);
});

test('skip what cannot be chosen', () => {
	const encryption = scene('encryption');
	assert.is(play(encryption, '\t\x1b[B\x1b[B').form.focus, 'next');
	assert.is(play(encryption, '\t\x1b[Z').form.focus, 'fileSystem=ext4');
});

test('choose one of many by a part of its name', () => {
	const {state, form} = play(scene('system-picking'), '\x1b[B\r');
	assert.equal([state.draft.timeZone, form.picker], ['Europe/Bern', undefined]);
	assert.is(play(scene('system-picking'), '\x1b').state.draft.timeZone, 'UTC');
	assert.equal(filterOptions(['Asia/Tokyo', 'us', 'Australia/Perth', 'aus'], 'us'), [
		'us',
		'Australia/Perth',
		'aus',
	]);
});

test('close the help before anything else', () => {
	const {state, form} = play(scene('welcome-help'), '\r');
	assert.equal([state.screen, form.showsHelp], ['welcome', false]);
});

test.run();
