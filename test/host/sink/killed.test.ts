import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {whyNoLoopDevices} from '../disk.ts';
import {attachments, diskFile} from './disk-file.ts';

const test = suite('a sink that is killed');
const reason = whyNoLoopDevices();
const title = 'leaves no loop device attached and nothing mounted, wherever it was';
const program = path.join(import.meta.dirname, 'endless-root.ts');

async function run() {
	using disk = diskFile('xfs', 300 << 20);
	const child = spawn(process.execPath, [program, JSON.stringify(disk)], {
		stdio: ['ignore', 'pipe', 'inherit'],
		// What it leaves goes with the disk.
		env: {...process.env, TMPDIR: path.dirname(disk.target.path)},
	});
	// It speaks when its root is mounted and half full.
	const [word] = await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
	assert.is(String(word), 'writing\n');
	assert.equal(attachments(disk.target.path), [disk.target.path]);
	child.kill('SIGKILL');
	await once(child, 'close');
	await detached(disk.target.path);
}

/** The kernel detaches after it has reaped the process: a little later, and not long after. */
async function detached(file: string): Promise<void> {
	for (let turn = 0; turn < 1000; turn++) {
		if (attachments(file).length === 0) return;
		await once(spawn('true'), 'close');
	}
	assert.equal(attachments(file), []);
}

if (reason === undefined) test(title, run);
else {
	console.log(`skipped: ${title}: no loop devices (${reason})`);
	test.skip(title, run);
}

test.run();
