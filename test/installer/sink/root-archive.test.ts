import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking} from '../../../engine/errors.ts';
import {TarReader} from '../../../engine/tar/reader.ts';
import {writeTar} from '../../../engine/tar/writer.ts';
import type {SystemContent} from '../../../installer/content.ts';
import {finishingCommands, rootMembers, withoutGaps} from '../../../installer/sink/root-archive.ts';
import {contentBytes, stateEntries, storeFolders} from '../../../installer/sink/root-files.ts';
import {sampleContent} from './sample-content.ts';
import {thrown} from './thrown.ts';

const test = suite('a root as an archive');
const content = sampleContent();

test('has the root first, then the store, then the state without sockets', async () => {
	const paths: string[] = [];
	const reader = new TarReader((entry) => {
		paths.push(entry.path);
		return undefined;
	});
	for await (const chunk of writeTar(rootMembers(content, () => {}))) await reader.write(chunk);
	reader.end();
	const digests = [...content.objects.keys()];
	assert.equal(paths, [
		'',
		'composefs',
		'composefs/images',
		'composefs/layers',
		'composefs/objects',
		...Array.from(
			{length: 256},
			(_, byte) => `composefs/objects/${byte.toString(16).padStart(2, '0')}`,
		),
		`composefs/images/${content.image.verityDigest}`,
		...digests.map((digest) => `composefs/objects/${digest.slice(0, 2)}/${digest.slice(2)}`),
		...content.state.map(({path}) => path).filter((path) => path !== 'state/os/socket'),
	]);
});

test('tells of all bytes that are read', () => {
	let read = 0;
	for (const _ of rootMembers(content, (bytes) => (read += bytes)));
	assert.is(read, contentBytes(content));
});

test('gaps are filled with zeros', () => {
	const bytes = Buffer.from('ab');
	const pieces = [
		{position: 0, bytes},
		{position: 2, bytes},
		{position: 200_000, bytes},
	];
	const whole = Buffer.concat(Array.from(withoutGaps(pieces), (piece) => Buffer.from(piece)));
	assert.ok(
		whole.equals(Buffer.concat([Buffer.from('abab'), Buffer.alloc(199_996), Buffer.from('ab')])),
	);
});

test('objects are private to root, whatever they were in the image', () => {
	const [, store] = storeFolders();
	assert.is(store?.path, 'composefs');
	assert.is(store?.inode.mode, 0o700);
});

test('commands finish the store, then times and attributes; equal values share a file', () => {
	const label = Buffer.from('system_u:object_r:var_t:s0\0');
	const metadata = {mode: 0o644, uid: 0, gid: 0, mtimeSec: 5, mtimeNsec: 0};
	const labelled = (path: string, mtimeNsec: number, value: Buffer) => ({
		path,
		inode: {
			...metadata,
			mtimeNsec,
			type: 'fifo' as const,
			xattrs: new Map([['security.selinux', value]]),
		},
		source: undefined,
	});
	const small: SystemContent = {
		...content,
		objects: new Map(),
		state: [
			labelled('a', 0, label),
			labelled('b', 7, Buffer.from(label)),
			labelled('c', 0, Buffer.from([0xff, 0])),
			{
				path: 'd',
				inode: {...metadata, mtimeNsec: 7, xattrs: undefined, type: 'hardlink', target: 'b'},
				source: undefined,
			},
		],
	};
	const stored: string[] = [];
	const commands = finishingCommands(small, (values) => {
		stored.push(...values.map((value) => value.toString('latin1')));
		return values.map((_, index) => `/v${index}`);
	});
	assert.equal(stored, ['system_u:object_r:var_t:s0\0', '\xff\0']);
	const image = `/composefs/images/${content.image.verityDigest}`;
	assert.equal(commands.split('\n'), [
		`sif "${image}" size 20000`,
		`sif "${image}" flags 0x180000`,
		'ea_set -f /v0 "/a" "security.selinux"',
		'sif "/b" mtime_extra 28',
		'ea_set -f /v0 "/b" "security.selinux"',
		'ea_set -f /v1 "/c" "security.selinux"',
		'',
	]);
});

test('a name that debugfs cannot be given is refused only when it would have to be', () => {
	const entry = (mtimeNsec: number) => ({
		path: 'a\nb',
		inode: {
			mode: 0o644,
			uid: 0,
			gid: 0,
			mtimeSec: 5,
			mtimeNsec,
			xattrs: undefined,
			type: 'fifo' as const,
		},
		source: undefined,
	});
	finishingCommands({...content, state: [entry(0)]}, () => []);
	thrown(Lacking, () => finishingCommands({...content, state: [entry(1)]}, () => []));
});

for (const path of ['..', 'a/../b', '/etc', 'a//b', './a', 'a/', 'nul\0'])
	test(`the path ${JSON.stringify(path)} is no state`, () => {
		const inode = {...storeFolders()[0]?.inode, type: 'fifo'} as const;
		const state = [{path, inode: inode as never, source: undefined}];
		assert.throws(() => stateEntries({...content, state}), /is no path below the root/);
	});

test('a hard link cannot lead out either', () => {
	const metadata = {mode: 0, uid: 0, gid: 0, mtimeSec: 0, mtimeNsec: 0, xattrs: undefined};
	const state = [
		{
			path: 'a',
			inode: {...metadata, type: 'hardlink', target: '../../etc/shadow'},
			source: undefined,
		} as const,
	];
	assert.throws(() => stateEntries({...content, state}), /etc\/shadow" is no path below the root/);
});

test.run();
