import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	makeOutputFolder,
	refuseExisting,
	refuseOwnRoot,
} from '../../../installer/output/output-folder.ts';

const test = suite<{folder: string}>('folder of what is made');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-folder-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('is made with all that it is in, once', ({folder}) => {
	const place = path.join(folder, 'a/b/c');
	{
		using _first = makeOutputFolder(place);
		using _second = makeOutputFolder(place);
		assert.ok(existsSync(place));
	}
	assert.equal(readdirSync(folder), []);
	{
		using _made = makeOutputFolder(place);
		writeFileSync(path.join(folder, 'a/b/file'), '');
	}
	assert.equal(readdirSync(path.join(folder, 'a/b')), ['file']);
});

test('is refused where none can be', ({folder}) => {
	const file = path.join(folder, 'file');
	writeFileSync(file, '');
	for (const place of ['/proc/none/below', path.join(file, 'below'), file])
		assert.throws(
			() => makeOutputFolder(place),
			(error: Error & {code?: string}) => error.code === 'output-not-writable',
		);
});

test('is none of the container, there or not', ({folder}) => {
	const mounts = ['/', `${folder}/out`, '/proc'];
	mkdirSync(path.join(folder, 'out'));
	refuseOwnRoot(`${folder}/out`, mounts);
	refuseOwnRoot(`${folder}/out/new/below`, mounts);
	symlinkSync('out', path.join(folder, 'link'));
	refuseOwnRoot(`${folder}/link`, mounts);
	for (const place of [folder, `${folder}/new/below`, `${folder}/output`, '/'])
		assert.throws(
			() => refuseOwnRoot(place, mounts),
			(error: Error & {code?: string}) => error.code === 'output-in-image',
		);
});

test('keeps what is in it', ({folder}) => {
	const files = ['one', 'two', 'three'].map((name) => path.join(folder, name));
	refuseExisting(files);
	for (const file of files.slice(1)) writeFileSync(file, '');
	assert.throws(
		() => refuseExisting(files),
		(error: Error & {code?: string}) =>
			error.code === 'output-exists' &&
			error.message === `${files[1]}, ${files[2]} are there already`,
	);
});

test.run();
