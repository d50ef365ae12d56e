import {mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {makeScratch} from '../../../installer/output/scratch.ts';

const test = suite('folder for temporary files');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-scratch-'));
test.after(() => rmSync(folder, {recursive: true}));

test('is empty, whatever a killed run left there, and closed to others', async () => {
	const left = path.join(folder, 'os.iso.parts');
	mkdirSync(left);
	writeFileSync(path.join(left, 'root.erofs'), 'half');
	const scratch = await makeScratch(path.join(folder, 'os.iso'));
	assert.is(scratch, left);
	assert.equal(readdirSync(scratch), []);
	assert.is(statSync(scratch).mode & 0o777, 0o700);
});

test.run();
