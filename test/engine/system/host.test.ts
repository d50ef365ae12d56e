import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {
	closeSync,
	lstatSync,
	mkdtempSync,
	openSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../../engine/system/host.ts';
import {KernelCallFailed} from '../../../engine/system/libc.ts';

const test = suite<{folder: string; file: string}>('host system');
const system = hostSystem();

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'host-system-'));
	context.file = path.join(context.folder, 'file');
	writeFileSync(context.file, 'content');
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

test('gives back extended attributes of any length, and keys that are not text', ({file}) => {
	const attributes = new Map([
		['user.empty', Buffer.alloc(0)],
		['user.b\xe4r', Buffer.from([0, 255, 10])],
		['user.long', Buffer.alloc(2000, 7)],
	]);
	for (const [key, value] of attributes) system.setXattr(file, key, value);
	assert.equal(system.listXattrs(file).sort(), [...attributes.keys()].sort());
	for (const [key, value] of attributes) assert.equal(system.getXattr(file, key), value);
});

test('has no value for an attribute that is not there', ({file}) => {
	assert.is(system.getXattr(file, 'user.none'), undefined);
	assert.equal(system.listXattrs(file), []);
});

test('sets nanoseconds, also before the epoch, on a link and not on its target', ({
	folder,
	file,
}) => {
	const link = path.join(folder, 'link');
	symlinkSync('file', link);
	const before = statSync(file, {bigint: true}).mtimeNs;
	system.setMtime(Buffer.from(link), -2, 999_999_999);
	assert.is(lstatSync(link, {bigint: true}).mtimeNs, -1_000_000_001n);
	assert.is(statSync(file, {bigint: true}).mtimeNs, before);
});

test('finds the data between the holes of a file', ({folder}) => {
	const sparse = path.join(folder, 'sparse');
	writeFileSync(sparse, '');
	truncateSync(sparse, 3 << 20);
	assert.equal(system.dataExtents(sparse), []);
	const fd = openSync(sparse, 'r+');
	writeSync(fd, Buffer.alloc(65536, 1), 0, 65536, 1 << 20);
	closeSync(fd);
	assert.equal(system.dataExtents(sparse), [{start: 1 << 20, end: (1 << 20) + 65536}]);
});

test('makes nodes with the mode asked for, whatever the umask', ({folder}) => {
	const fifo = path.join(folder, 'fifo');
	system.makeNode(fifo, 0o010_666, 0);
	assert.is(lstatSync(fifo).mode, 0o010_666);
});

test('names the call, the path and the error', ({folder}) => {
	const missing = path.join(folder, 'missing');
	for (const [call, message] of [
		[() => system.listXattrs(missing), `list the extended attributes of ${missing}: ENOENT`],
		[() => system.setMtime(missing, 0, 0), `set the time of ${missing}: ENOENT`],
		[() => system.deviceSize(missing), `open ${missing}: ENOENT`],
		[() => system.unmount(folder), `unmount ${folder}: EINVAL`],
	] as const) {
		assert.throws(
			call,
			(error: unknown) => error instanceof KernelCallFailed && error.message === message,
		);
	}
});

test('refuses a path with a NUL byte, which C would cut', () => {
	assert.throws(() => system.listXattrs('/etc/passwd\0.conf'), /holds a NUL byte/);
});

test('knows the size of a plain file', ({file}) => {
	assert.equal(system.deviceSize(file), {size: 7, sectorSize: 512});
});

test('measures no fs-verity on a file that has none', ({file}) => {
	assert.is(system.measureVerity(file), undefined);
});

test('writes back the file system of a path', ({folder}) => {
	system.syncFileSystem(folder);
});

test('gives a lock to one after the other', async ({folder}) => {
	const lockFile = path.join(folder, 'lock');
	const order: string[] = [];
	const unlock = await system.lock(lockFile);
	const second = system.lock(lockFile).then((unlockSecond) => {
		order.push('second');
		unlockSecond();
	});
	order.push('first');
	unlock();
	unlock();
	await second;
	assert.equal(order, ['first', 'second']);
});

test('tells that it waits for a lock, and stops when told to', async ({folder}) => {
	const lockFile = path.join(folder, 'lock');
	const unlock = await system.lock(lockFile, {onWait: () => assert.unreachable()});
	const controller = new AbortController();
	let waits = 0;
	const onWait = () => {
		waits++;
		controller.abort();
	};
	const outcome = await system
		.lock(lockFile, {signal: controller.signal, onWait})
		.catch((error: unknown) => error);
	assert.instance(outcome, Error);
	assert.is(waits, 1);
	unlock();
	(await system.lock(lockFile))();
});

test('gets a lock whose holder was killed', async ({folder}) => {
	const lockFile = path.join(folder, 'lock');
	const holder = spawn('flock', [lockFile, 'sh', '-c', 'echo held; exec cat'], {
		stdio: ['pipe', 'pipe', 'inherit'],
		detached: true,
	});
	await once(holder.stdout, 'data');
	const waiting = system.lock(lockFile);
	// The whole group, since its child has the lock too.
	process.kill(-Number(holder.pid), 'SIGKILL');
	(await waiting)();
});

test('does not hand locks down to programs', async ({folder}) => {
	const lockFile = path.join(folder, 'lock');
	const unlock = await system.lock(lockFile);
	const child = spawn('cat', {stdio: ['pipe', 'ignore', 'ignore']});
	unlock();
	execFileSync('flock', ['--nonblock', lockFile, 'true']);
	child.stdin.end();
	await once(child, 'exit');
});

test('leaves no file open', ({file}) => {
	const before = openSync(file, 'r');
	closeSync(before);
	system.deviceSize(file);
	system.measureVerity(file);
	system.syncFileSystem(file);
	assert.throws(() => system.deviceSize(`${file}/none`));
	const after = openSync(file, 'r');
	closeSync(after);
	assert.is(after, before);
});

test.run();
