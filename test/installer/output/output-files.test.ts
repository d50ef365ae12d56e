import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import {OutputFiles} from '../../../installer/output/output-files.ts';
import {writeWhole} from '../../../installer/output/write-whole.ts';
import {thrownBy} from '../sink/thrown.ts';

const test = suite<{folder: string}>('files of one call');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-files-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('get their names together', async ({folder}) => {
	writeFileSync(path.join(folder, 'one'), 'an older one');
	writeFileSync(path.join(folder, 'made'), 'made');
	await using files = new OutputFiles();
	const one = await files.add(path.join(folder, 'one'));
	await one.handle.writeFile('new');
	await files.take(path.join(folder, 'made'), path.join(folder, 'two'));
	assert.equal(readdirSync(folder), ['one', 'one.slipway-new', 'two.slipway-new']);
	assert.is(readFileSync(path.join(folder, 'one'), 'utf8'), 'an older one');
	await files.putInPlace();
	assert.equal(readdirSync(folder), ['one', 'two']);
	assert.is(readFileSync(path.join(folder, 'one'), 'utf8'), 'new');
	assert.is(readFileSync(path.join(folder, 'two'), 'utf8'), 'made');
});

test('leave nothing when one fails', async ({folder}) => {
	mkdirSync(path.join(folder, 'two'));
	const work = async () => {
		await using files = new OutputFiles();
		await files.add(path.join(folder, 'one'));
		await files.add(path.join(folder, 'two'));
	};
	const {code, message} = await thrownBy(Refused, work());
	assert.is(code, 'output-not-writable');
	assert.is(message, `${path.join(folder, 'two')} cannot be written: it is a folder`);
	assert.equal(readdirSync(folder), ['two']);
});

test('are made by one call at a time, and over what a killed one has left', async ({folder}) => {
	const place = path.join(folder, 'one');
	{
		await using first = new OutputFiles();
		await first.add(place);
		await using second = new OutputFiles();
		const {code} = await thrownBy(Refused, second.add(place));
		assert.is(code, 'output-busy');
		assert.equal(readdirSync(folder), ['one.slipway-new']);
	}
	writeFileSync(`${place}.slipway-new`, 'left');
	await using third = new OutputFiles();
	const file = await third.add(place);
	assert.is((await file.handle.stat()).size, 0);
});

test('is whole, or not there, when it is the only one', async ({folder}) => {
	const file = path.join(folder, 'file');
	const broken = writeWhole(file, async (unfinished) => {
		writeFileSync(unfinished, 'half');
		throw new Error('broken');
	});
	await thrownBy(Error, broken);
	assert.equal(readdirSync(folder), []);
	await writeWhole(file, async (unfinished) => writeFileSync(unfinished, 'whole'));
	assert.equal(readdirSync(folder), ['file']);
	await thrownBy(
		Refused,
		writeWhole(path.join(folder, 'none/file'), async () => {}),
	);
});

test.run();
