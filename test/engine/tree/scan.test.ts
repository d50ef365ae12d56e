import {
	chmodSync,
	chownSync,
	linkSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../../engine/errors.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {scanDirectory} from '../../../engine/tree/scan.ts';
import type {Directory, Inode} from '../../../engine/tree/tree.ts';

const test = suite<{folder: string}>('scan');
const system = hostSystem();

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'scan-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

/** Sets the time of a path last, since making its children changes it. */
function at(folder: string, name: string, sec: number, nsec: number): void {
	system.setMtime(path.join(folder, name), sec, nsec);
}

function entry(directory: Directory, ...names: string[]): Inode | undefined {
	let inode: Inode | undefined = directory;
	for (const name of names)
		inode = inode?.type === 'directory' ? inode.children.get(name) : undefined;
	return inode;
}

test('gives every kind of inode with all of its metadata', ({folder}) => {
	const file = path.join(folder, 'file');
	writeFileSync(file, 'content');
	chownSync(file, 7, 4_000_000_000);
	chmodSync(file, 0o4751);
	system.setXattr(file, 'user.key', Buffer.from([1, 0, 2]));
	mkdirSync(path.join(folder, 'sub'));
	chmodSync(path.join(folder, 'sub'), 0o1777);
	symlinkSync('../\xe4', path.join(folder, 'link'));
	system.makeNode(path.join(folder, 'fifo'), 0o010_600, 0);
	system.makeNode(path.join(folder, 'null'), 0o020_666, 0x103);
	system.makeNode(path.join(folder, 'disk'), 0o060_660, 0x12_3456);
	for (const [index, name] of ['file', 'sub', 'link', 'fifo', 'null', 'disk'].entries())
		at(folder, name, index - 2, 123_456_789);
	at(folder, '.', 1_700_000_000, 1);
	chmodSync(folder, 0o755);

	const plain = {uid: 0, gid: 0, mtimeNsec: 123_456_789, xattrs: undefined};
	assert.equal(scanDirectory(system, folder).root, {
		type: 'directory',
		mode: 0o755,
		uid: 0,
		gid: 0,
		mtimeSec: 1_700_000_000,
		mtimeNsec: 1,
		xattrs: undefined,
		children: new Map<string, Inode>([
			[
				'file',
				{
					...plain,
					type: 'file',
					mode: 0o4751,
					uid: 7,
					gid: 4_000_000_000,
					mtimeSec: -2,
					xattrs: new Map([['user.key', Buffer.from([1, 0, 2])]]),
					size: 7,
					inline: undefined,
					verityDigest: undefined,
				},
			],
			['sub', {...plain, type: 'directory', mode: 0o1777, mtimeSec: -1, children: new Map()}],
			['link', {...plain, type: 'symlink', mode: 0o777, mtimeSec: 0, target: '../\xc3\xa4'}],
			['fifo', {...plain, type: 'fifo', mode: 0o600, mtimeSec: 1}],
			['null', {...plain, type: 'character', mode: 0o666, mtimeSec: 2, rdev: 0x103}],
			['disk', {...plain, type: 'block', mode: 0o660, mtimeSec: 3, rdev: 0x12_3456}],
		]),
	});
});

test('gives names as bytes', ({folder}) => {
	const name = Buffer.from([0xff, 0xc3, 0xa4, 0x0a]);
	writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), 'x');
	const {root, files} = scanDirectory(system, folder);
	assert.equal([...root.children.keys()], ['\xff\xc3\xa4\n']);
	assert.is(files[0]?.path, `${folder}/\xff\xc3\xa4\n`);
});

test('gives one inode for all hard links to it, and lists it once', ({folder}) => {
	mkdirSync(path.join(folder, 'a'));
	writeFileSync(path.join(folder, 'a/one'), 'content');
	linkSync(path.join(folder, 'a/one'), path.join(folder, 'two'));
	symlinkSync('x', path.join(folder, 'link'));
	linkSync(path.join(folder, 'link'), path.join(folder, 'a/link'));
	const {root, files} = scanDirectory(system, folder);
	assert.ok(entry(root, 'two'));
	assert.is(entry(root, 'a', 'one'), entry(root, 'two'));
	assert.is(entry(root, 'a', 'link'), entry(root, 'link'));
	assert.is(files.length, 1);
	assert.is(files[0]?.inode, entry(root, 'two'));
});

test('lists the files that have content, at their paths on the host', ({folder}) => {
	mkdirSync(path.join(folder, 'a/b'), {recursive: true});
	writeFileSync(path.join(folder, 'a/b/long'), Buffer.alloc(1000));
	writeFileSync(path.join(folder, 'a/empty'), '');
	const {files, root} = scanDirectory(system, folder);
	assert.equal(
		files.map(({path, inode}) => [path, inode.size]),
		[[`${folder}/a/b/long`, 1000]],
	);
	assert.is(entry(root, 'a', 'empty')?.type, 'file');
});

test('leaves out what is excluded, with all below it, and asks nothing about that', ({folder}) => {
	mkdirSync(path.join(folder, 'run/deep'), {recursive: true});
	writeFileSync(path.join(folder, 'keep'), 'x');
	const asked: string[] = [];
	const {root} = scanDirectory(system, folder, {
		exclude: (name, stat) => {
			asked.push(name);
			return stat.isDirectory();
		},
	});
	assert.equal([...root.children.keys()], ['keep']);
	assert.equal(asked.sort(), ['/keep', '/run']);
});

test('takes a mount point for an empty directory, unless told to go on', () => {
	const {root, mountPoints} = scanDirectory(system, '/', {
		exclude: (name) => !/^\/(dev|proc)(\/|$)/.test(name) || name.startsWith('/proc/'),
	});
	assert.ok(mountPoints.includes('/proc'));
	const {mode} = lstatSync('/proc');
	const proc = entry(root, 'proc');
	assert.ok(proc?.type === 'directory' && proc.children.size === 0 && proc.mode === (mode & 0o777));

	const crossing = scanDirectory(system, '/', {
		crossMounts: true,
		exclude: (name) => !['/proc', '/proc/version'].includes(name),
	});
	assert.equal(crossing.mountPoints, []);
	assert.is(entry(crossing.root, 'proc', 'version')?.type, 'file');
});

test('refuses a root that is no directory', ({folder}) => {
	const file = path.join(folder, 'file');
	writeFileSync(file, '');
	assert.throws(
		() => scanDirectory(system, file),
		(error: unknown) =>
			error instanceof OperationFailed && error.message === `${file} is not a directory`,
	);
});

test('leaves out what cannot be read, when it is told to', ({folder}) => {
	mkdirSync(path.join(folder, 'open'));
	mkdirSync(path.join(folder, 'closed'));
	writeFileSync(path.join(folder, 'closed/file'), '');
	writeFileSync(path.join(folder, 'odd'), '');
	const denied = new OperationFailed('kernel-call', 'denied');
	const reluctant = {
		...system,
		listXattrs(file: string | Buffer) {
			if (String(file).endsWith('/odd')) throw denied;
			// Somebody removes it after it was seen, and before it is read.
			if (String(file).endsWith('/closed')) rmSync(file, {recursive: true});
			return [];
		},
	};
	const asked: unknown[] = [];
	const leaveOut = (path: string, error: unknown) => asked.push([path, error]) > 0;
	const {root} = scanDirectory(reluctant, folder, {leaveOut});
	assert.equal([...root.children.keys()].sort(), ['closed', 'open']);
	assert.equal((root.children.get('closed') as Directory).children, new Map());
	const inShort = asked.map((one) => {
		const [path, error] = one as [string, NodeJS.ErrnoException];
		return `${path} ${error.code}`;
	});
	assert.equal(inShort.sort(), ['/closed ENOENT', '/odd kernel-call']);
	assert.throws(
		() => scanDirectory(reluctant, folder),
		(error: unknown) => error === denied,
	);
});

test.run();
