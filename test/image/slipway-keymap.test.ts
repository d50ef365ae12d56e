import {spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('slipway-keymap');
const program = path.resolve(
	import.meta.dirname,
	'../../image/root/usr/lib/slipway/slipway-keymap',
);
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-keymap-'));
test.after(() => rmSync(folder, {recursive: true}));

const loadkeys = path.join(folder, 'loadkeys');
writeFileSync(loadkeys, '#!/bin/sh\necho "$@"\n');
chmodSync(loadkeys, 0o755);

for (const [settings, loaded] of [
	['KEYMAP=de-latin1\n', '--quiet de-latin1\n'],
	['FONT=x\nKEYMAP="fr"\nKEYMAP_TOGGLE=us\n', '--quiet fr\n'],
	['KEYMAP=a b; id\n', '--quiet a b; id\n'],
	['KEYMAP=\n', ''],
	['#KEYMAP=fr\nXKBLAYOUT=de', ''],
] as const)
	test(`loads what ${JSON.stringify(settings)} names`, () => {
		const file = path.join(folder, 'vconsole.conf');
		writeFileSync(file, settings);
		const {status, stdout, stderr} = spawnSync('/bin/sh', [program, file], {
			encoding: 'utf8',
			env: {PATH: folder},
		});
		assert.equal([status, stdout, stderr], [0, loaded, '']);
	});

test.run();
