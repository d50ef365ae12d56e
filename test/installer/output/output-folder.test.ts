import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {makeOutputFolder} from '../../../installer/output/output-folder.ts';

const test = suite<{folder: string}>('folder of what is made');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-folder-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('is made with all that it is in, once', ({folder}) => {
	const place = path.join(folder, 'a/b/c');
	for (const _ of [1, 2]) makeOutputFolder(place);
	assert.ok(existsSync(place));
});

test('is refused where none can be', ({folder}) => {
	const file = path.join(folder, 'file');
	writeFileSync(file, '');
	for (const place of ['/proc/none/below', path.join(file, 'below')])
		assert.throws(
			() => makeOutputFolder(place),
			(error: Error & {code?: string}) => error.code === 'output-not-writable',
		);
});

test.run();
