import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatDump} from '../../../engine/erofs/dump-formatter.ts';
import {Refused} from '../../../engine/errors.ts';
import {type ImageRecord, imageRecordPath} from '../../../engine/source/image-record.ts';
import {restoreImage} from '../../../engine/source/restore-image.ts';
import {lookUp, removeEntry} from '../../../engine/source/tree-path.ts';
import {useRecord} from '../../../engine/source/usable-record.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import {copyTree, recordOf, runContainer, type SimulatedRun} from './simulated-engine.ts';
import {device, directory, file, symlink} from './trees.ts';

const test = suite('restoring the image from a container');

const ownFiles = {
	hosts: file('127.0.0.1 localhost\n'),
	hostname: file('myos\n'),
	'resolv.conf': file('nameserver 192.0.2.1\n', {mode: 0o600}),
	mtab: symlink('../proc/self/mounts'),
};

/** An image, with or without files of its own where an engine has some. */
function image({isOwn}: {isOwn: boolean}): Directory {
	const etc = {passwd: file('root:x:0:0\n', {mtimeSec: 900}), ...(isOwn ? ownFiles : {})};
	return directory({
		dev: directory({null: device(0x103), pts: directory()}),
		etc: directory(etc, {mtimeSec: 950}),
		mnt: directory({}, {mode: 0o700, mtimeSec: 960}),
		opt: directory({app: directory({data: file('data')})}),
		proc: directory({}, {mode: 0o555}),
		srv: directory({www: directory({}, {uid: 33})}),
		sys: directory(),
		usr: directory({lib: directory({slipway: directory({'image-record': file('…')})})}),
	});
}

const volumes: SimulatedRun['volumes'] = {
	'/mnt': 'directory',
	'/new/deep/er': 'directory',
	'/new/other': 'directory',
	'/site.toml': 'file',
	'/srv': 'directory',
	'/usr/lib/lacking': 'directory',
};

/** Restores what a container shows; gives the codes of the findings and the tree as text. */
function restore(from: Directory, run: SimulatedRun, record?: ImageRecord) {
	const view = runContainer(from, run);
	const findings = restoreImage(view, record && useRecord(record, view));
	return {codes: findings.map(({code}) => code), tree: dump(view.tree.root)};
}

/** The root takes the metadata of /usr in a deployment, so what it has here does not matter. */
function dump(tree: Directory): string[] {
	return [...formatDump(tree)].slice(1);
}

for (const isOwn of [true, false])
	for (const isPrivileged of [true, false])
		for (const withVolumes of [true, false]) {
			const [own, kind, mounts] = [
				isOwn ? 'its own' : 'no',
				isPrivileged ? 'a privileged' : 'an ordinary',
				withVolumes ? 'volumes' : 'no volumes',
			];
			test(`gives back an image with ${own} /etc/hosts from ${kind} container with ${mounts}`, () => {
				const from = image({isOwn});
				const run = {isPrivileged, ...(withVolumes ? {volumes} : {})};
				assert.equal(restore(from, run, recordOf(from)), {codes: [], tree: dump(from)});
			});
		}

test('needs no record where the engine had to add nothing', () => {
	const from = image({isOwn: true});
	const run: SimulatedRun = {isPrivileged: true, volumes: {'/mnt': 'directory', '/out': 'file'}};
	assert.equal(restore(from, run), {codes: [], tree: dump(from)});
});

test('without a record guesses the times of directories that the engine changed, and says so', () => {
	const from = image({isOwn: false});
	const guessed = copyTree(from);
	// Of /etc/passwd.
	Object.assign(lookUp(guessed, '/etc') ?? {}, {mtimeSec: 900});
	const result = restore(from, {isPrivileged: true, volumes: {'/new/deep': 'directory'}});
	assert.equal(result, {codes: ['unknown-times'], tree: dump(guessed)});
});

test('without a record keeps an empty folder that may be of the image', () => {
	const from = image({isOwn: true});
	const run: SimulatedRun = {isPrivileged: true, volumes: {'/mnt/usb': 'directory'}};
	const {codes, tree} = restore(from, {...run, hidesMerges: true});
	assert.equal(codes, ['unknown-times']);
	assert.ok(tree.some((line) => line.startsWith('/mnt 0 40700 ')));
});

test('without a record says what an ordinary container cannot see', () => {
	const from = image({isOwn: true});
	const {codes, tree} = restore(from, {isPrivileged: false});
	const expected = copyTree(from);
	for (const path of ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'])
		removeEntry(expected, path);
	for (const path of ['/dev/null', '/dev/pts']) removeEntry(expected, path);
	Object.assign(lookUp(expected, '/proc') ?? {}, {mode: 0o755});
	assert.equal(codes, ['unseen']);
	assert.equal(tree, dump(expected));
});

test('takes a record that was made under the builder’s mounts for what it is', () => {
	const from = image({isOwn: true});
	const record = recordOf(from, ['/dev', '/proc', '/sys', '/etc/hosts', '/etc/resolv.conf']);
	const privileged = restore(from, {isPrivileged: true, volumes}, record);
	assert.equal(privileged, {codes: [], tree: dump(from)});
	const ordinary = restore(from, {isPrivileged: false, volumes}, record);
	assert.equal(ordinary.codes, ['unseen']);
});

const refused: readonly (readonly [
	string,
	Record<string, 'directory' | 'file'>,
	string,
	boolean,
])[] = [
	['with files', {'/opt': 'directory'}, 'the volume on "/opt" hides something of the image', true],
	[
		'that is a file',
		{'/etc/passwd': 'file'},
		'the volume on "/etc/passwd" may hide something of the image',
		true,
	],
	[
		'where no record says what is there',
		{'/out': 'directory'},
		'the volume on "/out" may hide something of the image',
		false,
	],
];

for (const [what, mounts, message, hasRecord] of refused)
	test(`refuses a volume over a part of the image ${what}`, () => {
		const from = image({isOwn: true});
		const run = {isPrivileged: false, volumes: mounts};
		assert.throws(
			() => restore(from, run, hasRecord ? recordOf(from) : undefined),
			(error: unknown) =>
				error instanceof Refused && error.code === 'hidden-content' && error.message === message,
		);
	});

test('says that a record is older than the image when it had to be used', () => {
	const from = image({isOwn: false});
	const record = recordOf(from);
	const changed = copyTree(from);
	Object.assign(lookUp(changed, '/srv') ?? {}, {mtimeSec: 1500});
	assert.equal(restore(changed, {isPrivileged: true}, record), {
		codes: ['stale-record'],
		tree: dump(changed),
	});
	const withOwn = image({isOwn: true});
	const stale = recordOf(from);
	assert.equal(restore(withOwn, {isPrivileged: true}, stale).codes, []);
});

test('does not trust a record for what may be of a later layer', () => {
	const from = image({isOwn: true});
	const run: SimulatedRun = {isPrivileged: false, layers: 3};
	assert.equal(restore(from, run, recordOf(from)), {codes: ['stale-record'], tree: dump(from)});
	assert.throws(
		() => restore(from, {...run, volumes: {'/out': 'directory'}}, recordOf(from)),
		(error: unknown) => error instanceof Refused && error.code === 'hidden-content',
	);
});

test('takes a record of a squashed image for current', () => {
	const from = image({isOwn: true});
	const run: SimulatedRun = {isPrivileged: false, layers: 1, volumes: {'/out': 'directory'}};
	assert.equal(restore(from, run, recordOf(from)), {codes: [], tree: dump(from)});
});

test('follows a builder that rewrote the times of what it committed', () => {
	const from = image({isOwn: false});
	const record = recordOf(from);
	const rewritten = copyTree(from);
	const entries = new Map(
		[...record.entries].map(([path, entry]) => [
			path,
			path === '/etc' || path === '/mnt' ? {...entry, isUncommitted: true} : entry,
		]),
	);
	for (const path of ['/etc', '/mnt', imageRecordPath])
		Object.assign(lookUp(rewritten, path) ?? {}, {mtimeSec: 77});
	const result = restore(rewritten, {isPrivileged: true, volumes}, {...record, entries});
	assert.equal(result, {codes: [], tree: dump(rewritten)});
});

test('names what was changed in the container', () => {
	const from = image({isOwn: true});
	const view = runContainer(from, {isPrivileged: true});
	const recent = new Map([...view.recent, ['/opt/app/data', {mayBeMerged: true}] as const]);
	const [finding] = restoreImage({...view, recent}, useRecord(recordOf(from), view));
	assert.is(finding?.message, 'changed in this container since it was started: "/opt/app/data"');
});

test('adds the device nodes that a rootless engine did not unpack', () => {
	const from = image({isOwn: true});
	const unpacked = copyTree(from);
	removeEntry(unpacked, '/dev/null');
	const run: SimulatedRun = {isPrivileged: true, isRootless: true};
	assert.equal(restore(unpacked, run, recordOf(from)), {codes: [], tree: dump(from)});
	assert.equal(restore(unpacked, run).codes, ['not-unpacked']);
});

test.run();
