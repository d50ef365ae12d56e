import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../engine/system/host.ts';
import {whyNoLoopDevices} from './disk.ts';

const suiteOf = suite<{folder: string; file: string}>('loop devices');
const reason = whyNoLoopDevices();
if (reason !== undefined) console.log(`skipped: no loop devices (${reason})`);
const test = reason === undefined ? suiteOf : suiteOf.skip;
const system = hostSystem();

suiteOf.before.each((context) => {
	context.folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-loop-'));
	context.file = path.join(context.folder, 'disk.raw');
	writeFileSync(context.file, '');
	truncateSync(context.file, 64 << 20);
});
suiteOf.after.each(({folder}) => rmSync(folder, {recursive: true}));

function devicesOver(file: string): string[] {
	const listed = execFileSync('losetup', [
		'--noheadings',
		'--output',
		'NAME',
		'--associated',
		file,
	]);
	return listed.toString().split('\n').filter(Boolean);
}

/** The kernel may need a moment more after it has told of a process's end. */
function assertSoonDetached(file: string): void {
	let devices = devicesOver(file);
	for (let turn = 0; turn < 1000 && devices.length > 0; turn++) devices = devicesOver(file);
	assert.equal(devices, []);
}

/** Runs a script that ends by waiting, kills it, and gives what it said. */
async function runAndKill(script: string): Promise<string> {
	const host = JSON.stringify(path.resolve(import.meta.dirname, '../../engine/system/host.ts'));
	const program = `import {hostSystem} from ${host};\nconst system = hostSystem();\n${script};\nsetInterval(() => {}, 1000);`;
	const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ended = once(child, 'exit');
	const [said] = await Promise.race([
		once(child.stdout, 'data'),
		ended.then(([status]) => Promise.reject(new Error(`the script ended with ${status}`))),
	]);
	child.kill('SIGKILL');
	await ended;
	return String(said).trim();
}

test('can be held, and get a node that was taken away again', ({folder, file}) => {
	const device = system.attachLoop(file);
	try {
		const {mode, rdev} = statSync(device);
		const node = path.join(folder, 'node');
		system.makeNode(node, mode, rdev);
		const hold = system.holdDevice(node);
		hold.restoreNode();
		rmSync(node);
		hold.restoreNode();
		hold.release();
		const made = statSync(node);
		assert.equal([made.mode, made.rdev], [mode, rdev]);
		assert.is(system.deviceSize(node).size, 64 << 20);
	} finally {
		system.detachLoop(device);
	}
});

test('are there until they are detached', ({file}) => {
	const device = system.attachLoop(file);
	assert.equal(devicesOver(file), [device]);
	system.detachLoop(device);
	assert.equal(devicesOver(file), []);
});

test('are detached also when another process attached them, and when nothing is attached', ({
	file,
}) => {
	const device = execFileSync('losetup', ['--find', '--show', file]).toString().trim();
	system.detachLoop(device);
	assert.equal(devicesOver(file), []);
	system.detachLoop(device);
});

test('are gone with a process that is killed', async ({file}) => {
	const device = await runAndKill(`console.log(system.attachLoop(${JSON.stringify(file)}))`);
	assert.match(device, /^\/dev\/loop\d+$/);
	assertSoonDetached(file);
});

test('are gone with a process that is killed while they are mounted', async ({folder, file}) => {
	execFileSync('mke2fs', ['-q', '-F', file]);
	const place = path.join(folder, 'mounted');
	mkdirSync(place);
	const words = [file, place].map((word) => JSON.stringify(word));
	await runAndKill(
		`system.unshareMounts(); const device = system.attachLoop(${words[0]}); system.mount(device, ${words[1]}, 'ext2', []); console.log(device)`,
	);
	assertSoonDetached(file);
});

test('stay as long as they are mounted', async ({folder, file}) => {
	execFileSync('mke2fs', ['-q', '-F', file]);
	const place = path.join(folder, 'mounted');
	mkdirSync(place);
	system.unshareMounts();
	const device = system.attachLoop(file);
	system.mount(device, place, 'ext2', []);
	system.detachLoop(device);
	assert.equal(devicesOver(file), [device]);
	system.unmount(place);
	assert.equal(devicesOver(file), []);
});

suiteOf.run();
