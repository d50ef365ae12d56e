/** A boot partition with files of others, as a kernel that has its file system writes to it. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../engine/system/host.ts';
import type {System} from '../../engine/system/system.ts';
import {scratchFolder} from '../../installer/scratch.ts';
import {openBoot} from '../../installer/sink/open-boot.ts';
import {whyNoLoopDevices} from './disk.ts';

const all = suite('a shared boot partition');
const reason = whyNoLoopDevices();
if (reason !== undefined) console.log(`skipped: no loop devices (${reason})`);
const test = reason === undefined ? all : all.skip;

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-shared-boot-'));
const disk = path.join(folder, 'disk.raw');
all.after(() => rmSync(folder, {recursive: true}));

const start = 1 << 20;
const size = 32 << 20;

/** Not every kernel that tests run on has FAT; all have this. */
function withExt4AsFat(): System {
	const system = hostSystem();
	const mount: System['mount'] = (source, target, type, flags) =>
		system.mount(source, target, type === 'vfat' ? 'ext4' : type, flags);
	return Object.assign(Object.create(system) as System, {mount});
}

/** Threads that run calls of the file system are made when they are first needed. */
async function startThreads(): Promise<void> {
	await Promise.all(Array.from({length: 32}, () => readdir('/')));
}

test('is written to by threads that are older than its mount', async () => {
	writeFileSync(disk, '');
	truncateSync(disk, start + size + start);
	execFileSync('mke2fs', [
		...['-q', '-F', '-t', 'ext4', '-E', `offset=${start},root_owner=0:0`],
		...[disk, `${size >> 10}K`],
	]);
	const scratch = () =>
		readdirSync(scratchFolder()).filter((name) => name.startsWith('slipway-boot-'));
	const before = scratch();
	await startThreads();
	{
		const target = {start, size, isShared: true};
		using open = openBoot(withExt4AsFat(), {path: disk, sectorSize: 512}, target);
		assert.is(open.isCrashSafe, true, 'it is mounted');
		const source = {kind: 'bytes', bytes: Buffer.from('title One\n')} as const;
		await open.files.write([{path: 'loader/entries/one.conf.new', source}]);
		await open.files.rename('loader/entries/one.conf.new', 'loader/entries/one.conf');
		await open.files.sync();
		const listed = await open.files.list('loader/entries');
		assert.equal(listed, [{name: 'one.conf', type: 'file', size: 10}]);
		assert.is(await open.files.readText('loader/entries/one.conf'), 'title One\n');
		assert.ok((await open.files.freeBytes()) < size);
	}
	assert.equal(scratch(), before);
	const shown = execFileSync('debugfs', [
		...['-R', 'cat loader/entries/one.conf', `${disk}?offset=${start}`],
	]);
	assert.is(shown.toString(), 'title One\n');
});

all.run();
