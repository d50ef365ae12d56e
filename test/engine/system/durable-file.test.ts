import {execFileSync} from 'node:child_process';
import {
	closeSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {replaceFile, unfinishedSuffix} from '../../../engine/system/durable-file.ts';
import {namesIn} from '../../../engine/system/read-folder.ts';

const test = suite<{folder: string}>('durable file');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'durable-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('makes a file with its folders, and replaces it', async ({folder}) => {
	const file = path.join(folder, 'a/b/c');
	const source = path.join(folder, 'source');
	writeFileSync(source, 'copied', {mode: 0o600});
	for (const [content, text] of [
		['größe', 'größe'],
		[Buffer.from('bytes'), 'bytes'],
		[{copyOf: source}, 'copied'],
	] as const) {
		await replaceFile(file, content);
		assert.is(readFileSync(file, 'utf8'), text);
		assert.is(statSync(file).mode & 0o777, 0o644);
	}
	assert.equal(readdirSync(path.dirname(file)), ['c']);
});

test('gives a file the mode that was asked for', async ({folder}) => {
	const file = path.join(folder, 'secret');
	await replaceFile(file, 'a', {mode: 0o600});
	assert.is(statSync(file).mode & 0o777, 0o600);
});

test('leaves a file that others read as it was to them, and nothing open', async ({folder}) => {
	const file = path.join(folder, 'a');
	await replaceFile(file, 'old');
	const before = readdirSync('/proc/self/fd').length;
	const fd = openSync(file, 'r');
	await replaceFile(file, 'new');
	assert.is(readFileSync(fd, 'utf8'), 'old');
	closeSync(fd);
	assert.is(readdirSync('/proc/self/fd').length, before);
});

test('replaces a link and a pipe, and waits for nobody', async ({folder}) => {
	const file = path.join(folder, 'a');
	symlinkSync('nowhere', file);
	await replaceFile(file, 'for a link');
	assert.is(readFileSync(file, 'utf8'), 'for a link');
	rmSync(file);
	execFileSync('mkfifo', [file]);
	await replaceFile(file, 'for a pipe');
	assert.is(readFileSync(file, 'utf8'), 'for a pipe');
});

test('passes over what a crash left under the temporary name', async ({folder}) => {
	const file = path.join(folder, 'a');
	writeFileSync(file + unfinishedSuffix, 'half');
	await replaceFile(file, 'whole');
	assert.equal(await namesIn(folder), ['a']);
	assert.is(readFileSync(file, 'utf8'), 'whole');
});

test('finds no names where there is no folder', async ({folder}) => {
	writeFileSync(path.join(folder, 'file'), '');
	assert.equal(await namesIn(path.join(folder, 'nothing')), []);
	assert.equal(await namesIn(path.join(folder, 'file')), []);
	assert.equal(await namesIn(folder), ['file']);
});

test.run();
