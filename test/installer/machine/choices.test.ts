import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readChoices} from '../../../installer/machine/choices.ts';

const test = suite('what a machine can be told to use');
const root = mkdtempSync(path.join(tmpdir(), 'slipway-choices-'));
test.after(() => rmSync(root, {recursive: true}));

function write(file: string): void {
	const place = path.join(root, file);
	mkdirSync(path.dirname(place), {recursive: true});
	writeFileSync(place, '');
}

test('is every keymap once, whatever its file is called, and no part of one', async () => {
	write('usr/share/keymaps/i386/qwertz/de-latin1.kmap.gz');
	write('usr/share/keymaps/include/compose.kmap.gz');
	write('usr/share/kbd/keymaps/xkb/de-latin1.map.gz');
	write('usr/share/kbd/keymaps/xkb/fr.map.zst');
	write('usr/share/kbd/keymaps/xkb/README');
	const {keymaps} = await readChoices(
		{run: async () => ({stdout: '', stderr: '', status: 0})},
		{inContainer: false, root},
	);
	assert.equal(keymaps, ['de-latin1', 'fr']);
});

test.run();
