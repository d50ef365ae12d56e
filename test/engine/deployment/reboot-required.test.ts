import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {announceReboot} from '../../../engine/deployment/reboot-required.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {writeFile} from './made-machine.ts';
import {fresh, sampleEntry, sampleMachine} from './samples.ts';

const test = suite<{root: string; file: string}>('reboot that is required');

const settled = sampleMachine([sampleEntry(1), sampleEntry(0)], 1);
const staged = sampleMachine([sampleEntry(2, fresh), sampleEntry(1)], 1);
const queued = sampleMachine([sampleEntry(0, undefined, 9), sampleEntry(1)], 1);

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'reboot-required-'));
	context.file = path.join(context.root, 'run/reboot-required');
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

const start = 'systemctl --no-block start slipway-reboot-required.target';
const stop = 'systemctl --no-block stop slipway-reboot-required.target';

test('is told as long as the next boot leads elsewhere', async ({root, file}) => {
	const system = fakeSystem();
	for (const [set, text] of [
		[staged, 'slipway: a reboot leads to deployment 3f2a9c1b4d5e.2\n'],
		[queued, 'slipway: a reboot leads to deployment 3f2a9c1b4d5e.0\n'],
		[settled, undefined],
		[settled, undefined],
	] as const) {
		await announceReboot(system, set, root);
		assert.is(existsSync(file) ? readFileSync(file, 'utf8') : undefined, text);
	}
	assert.equal(system.commandLines(), [start, stop]);
});

test("is not slipway's to take back when others want it too", async ({root, file}) => {
	const system = fakeSystem();
	writeFile(file, '*** System restart required ***\n');
	for (const set of [staged, settled]) await announceReboot(system, set, root);
	assert.is(readFileSync(file, 'utf8'), '*** System restart required ***\n');
});

test('is not told where it is not known what boots next', async ({root, file}) => {
	await announceReboot(fakeSystem(), {...staged, entries: undefined}, root);
	assert.is(existsSync(file), false);
});

test.run();
