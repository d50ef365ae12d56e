import {
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {removeBelow} from '../../../installer/mounted/remove-below.ts';

const test = suite<{folder: string; top: string}>('removal of a folder');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'remove-'));
	context.top = path.join(context.folder, 'top');
	mkdirSync(path.join(context.top, 'a/b'), {recursive: true});
	writeFileSync(path.join(context.top, 'a/b/file'), 'x'.repeat(5000));
	writeFileSync(Buffer.concat([Buffer.from(`${context.top}/`), Buffer.from([0xff, 0xfe])]), 'y');
	linkSync(path.join(context.top, 'a/b/file'), path.join(context.top, 'second'));
	writeFileSync(path.join(context.folder, 'outside'), 'stays');
	symlinkSync('../outside', path.join(context.top, 'link'));
	symlinkSync('..', path.join(context.top, 'up'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true, force: true}));

test('takes all of it, and nothing that links lead to', async ({folder, top}) => {
	const {files, bytes, left} = await removeBelow(top);
	assert.equal([files, left], [4, []]);
	assert.ok(bytes >= 5000 && bytes < 30_000, `${bytes}`);
	assert.not(existsSync(top));
	assert.ok(existsSync(path.join(folder, 'outside')));
});

test('may only count', async ({top}) => {
	const counted = await removeBelow(top, {dryRun: true});
	assert.ok(existsSync(path.join(top, 'a/b/file')));
	const {files, bytes, left} = await removeBelow(top);
	assert.equal([files, bytes, left], [counted.files, counted.bytes, []]);
});

test('has nothing to do where nothing is', async ({folder}) => {
	assert.equal(await removeBelow(path.join(folder, 'nothing')), {bytes: 0, files: 0, left: []});
});

test('leaves what lies on another file system than it has to', async ({top}) => {
	assert.equal(await left(top), [`${top}: it is another file system`]);
	assert.ok(existsSync(path.join(top, 'a/b/file')));
});

async function left(top: string) {
	return (await removeBelow(top, {device: -1n})).left;
}

test.run();
