import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ReplayedDisk} from './replayed-disk.ts';
import type {LogEntry} from './write-log.ts';

const test = suite('replayed disk');
const folder = mkdtempSync(path.join(tmpdir(), 'replayed-disk-'));
test.after(() => rmSync(folder, {recursive: true}));

const disk = path.join(folder, 'disk');
const log = path.join(folder, 'log');
const entries: readonly LogEntry[] = [
	{kind: 'write', offset: 0, length: 4, at: 0},
	{kind: 'flush'},
	{kind: 'write', offset: 2, length: 4, at: 4},
	{kind: 'discard', offset: 6, length: 2},
	{kind: 'flush'},
];

function replayed(): ReplayedDisk {
	writeFileSync(disk, '........');
	writeFileSync(log, 'aaaabbbb');
	return new ReplayedDisk(disk, log, entries);
}

const content = (): string => readFileSync(disk, 'latin1');

test('does what entries did, each of them once', () => {
	using replay = replayed();
	replay.advance(2);
	assert.is(content(), 'aaaa....');
	replay.advance(entries.length);
	assert.is(content(), 'aabbbb\0\0');
	replay.advance(2);
	assert.is(content(), 'aabbbb\0\0');
});

test('shows a state of what was flushed and pieces of the rest, and takes it back', () => {
	using replay = replayed();
	const pieces = [
		{offset: 2, length: 2, from: 4},
		{offset: 3, length: 5, from: undefined},
	];
	const shown = replay.show({kind: 'partial', position: 4, flushed: 2, pieces});
	assert.is(content(), 'aab\0\0\0\0\0');
	shown[Symbol.dispose]();
	assert.is(content(), 'aaaa....');
});

test.run();
