import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ImageTree} from '../../../installer/bootstrap/image-tree.ts';
import {directory, file, symlink} from '../../engine/source/trees.ts';

const test = suite('tree of an image');

const root = directory({
	etc: directory({
		link: symlink('../usr/./lib//os'),
		loop: symlink('loop'),
		up: symlink('../../../../var'),
		absolute: symlink('/var/x'),
	}),
	home: symlink('var/home'),
	usr: directory({lib: directory({os: file('Debian é')})}),
	var: directory(),
});
const image = new ImageTree(root, new Map());

for (const [from, resolved, place] of [
	['/home/a', '/var/home/a', '/var/home/a'],
	['/home', '/var/home', '/home'],
	['/etc/link', '/usr/lib/os', '/etc/link'],
	['/etc/up/b', '/var/b', '/var/b'],
	['/etc/absolute/c', '/var/x/c', '/var/x/c'],
	['/etc/loop', undefined, '/etc/loop'],
	['/etc/loop/d', undefined, undefined],
	['/new/e', '/new/e', '/new/e'],
] as const)
	test(`leads ${from} to ${resolved}`, () => {
		assert.equal([image.resolve(from), image.place(from)], [resolved, place]);
	});

test('reads what links lead to', () => {
	assert.is(image.text('/etc/link'), Buffer.from('Debian é', 'latin1').toString());
	assert.is(image.text('/etc/link', 'latin1'), 'Debian é');
	assert.is(image.bytes('/etc/link', 3)?.toString(), 'Deb');
	assert.equal([image.text('/etc'), image.text('/etc/loop')], [undefined, undefined]);
	assert.equal(
		[image.entry('/etc/link')?.type, image.inode('/etc/link')?.type],
		['symlink', 'file'],
	);
	assert.equal([image.names('/etc/up'), image.names('/nowhere')], [[], []]);
});

test('reads files where they lie on the host', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-tree-'));
	try {
		const host = path.join(folder, 'file');
		writeFileSync(host, 'x'.repeat(100));
		const inode = {...file('', {mode: 0o600}), size: 100, inline: undefined};
		const other = new ImageTree(
			directory({a: inode}),
			new Map([[inode, {kind: 'path', path: host} as const]]),
		);
		assert.equal([other.bytes('/a')?.length, other.bytes('/a', 7)?.length], [100, 7]);
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test.run();
