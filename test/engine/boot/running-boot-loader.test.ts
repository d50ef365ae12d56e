import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {runningBootLoader, runningEsp} from '../../../engine/boot/running-boot-loader.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';

const test = suite('running boot loader');

test('is on the partition that bootctl names', async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-boot-'));
	try {
		mkdirSync(path.join(folder, 'loader/entries'), {recursive: true});
		const system = fakeSystem({}, {bootctl: `${folder}\n`});
		const bootLoader = await runningBootLoader(system);
		assert.equal(await bootLoader.list(), {entries: [], foreign: [], damaged: [], starts: []});
		assert.equal(system.commandLines(), ['bootctl --print-boot-path']);
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test('has its programs on the ESP, which may be another', async () => {
	const system = fakeSystem(
		{},
		{bootctl: ([option]) => (option === '--print-esp-path' ? '/efi\n' : '/boot\n')},
	);
	assert.is(await runningEsp(system), '/efi');
});

test.run();
