import {createHash} from 'node:crypto';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {verityDigest} from '../../../../engine/erofs/fs-verity.ts';
import {writeImage} from '../../../../engine/erofs/writer.ts';
import type {Directory, RegularFile} from '../../../../engine/tree/tree.ts';
import type {FileSource, SystemContent} from '../../../../installer/content.ts';
import {deploymentState} from '../../../../installer/deployment-state.ts';
import {machineItems} from '../../../../installer/output/manifest/machine-items.ts';
import {device, directory, file, symlink} from '../../../engine/source/trees.ts';

const test = suite('what a machine gets besides its image');
const id = 'abc.0';
const originText = '{}\n';
const tree = directory({
	etc: directory({hostname: file('image')}, {mode: 0o751}),
	usr: directory(),
	var: directory({log: directory({a: file('a')}), old: directory({x: file('x')}), b: file('b')}),
});

/** A file of the machine's own, whose content nobody has hashed. */
function own(changes: Partial<RegularFile> = {}): RegularFile {
	return {...file('123456789', changes), inline: undefined};
}

const content: FileSource = {kind: 'bytes', bytes: Buffer.from('123456789')};
const sha256 = createHash('sha256').update('123456789').digest('hex');

function itemsOf(root: Directory, secrets: readonly string[] = []) {
	const sources = new Map<RegularFile, FileSource>();
	const pending = [root];
	for (const folder of pending)
		for (const inode of folder.children.values()) {
			if (inode.type === 'directory') pending.push(inode);
			else if (inode.type === 'file') sources.set(inode, content);
		}
	const source = {root: tree, sources: new Map(), image: {tree}};
	const bytes = writeImage(tree, {flavour: 'rs', version: 1});
	const system: SystemContent = {
		algorithm: 'sha256',
		image: {bytes, verityDigest: verityDigest(bytes, 'sha256'), tree},
		objects: new Map(),
		state: deploymentState(source, {id, originText, machine: {root, sources}}),
		bootFiles: [],
		bootEntries: [],
	};
	const bootstrap = secrets.map((place) => ({what: 'file', place, secret: true}));
	const deployment = {id, kernelArguments: [], commandLine: ''};
	return machineItems(system, {deployment, bootstrap});
}

const times = {mtimeSec: 1000};
const root = {uid: 0, gid: 0};
const origin = {
	path: '/sysroot/state/deploy/abc.0/origin.json',
	type: 'file',
	mode: '0644',
	...root,
	mtimeSec: 0,
	size: 3,
	sha256: createHash('sha256').update(originText).digest('hex'),
};

test('is its origin alone where nothing was asked for', () => {
	assert.equal(itemsOf(directory()), [origin]);
});

test('is files, links, folders and marks below /etc and /var', () => {
	const items = itemsOf(
		directory({
			etc: directory(
				{hostname: own(), gone: device(0, {mode: 0}), zone: symlink('../x')},
				{mode: 0o751},
			),
			var: directory({home: directory({key: own({uid: 7})}, {mode: 0o755}), b: file('b')}),
		}),
	);
	assert.equal(items, [
		origin,
		{path: '/etc/gone', type: 'character', mode: '0000', ...root, ...times, rdev: 0},
		{path: '/etc/hostname', type: 'file', mode: '0644', ...root, ...times, size: 9, sha256},
		{path: '/etc/zone', type: 'symlink', mode: '0777', ...root, ...times, target: '../x'},
		{path: '/var/home', type: 'directory', mode: '0755', ...root, ...times},
		{path: '/var/home/key', type: 'file', mode: '0644', uid: 7, gid: 0, ...times, size: 9, sha256},
	]);
});

test('has no digest where not everybody may read it, or the plan says that it is secret', () => {
	const items = itemsOf(
		directory({
			etc: directory({
				private: own({mode: 0o640}),
				named: own(),
				closed: directory({open: own()}, {mode: 0o750}),
				open: own(),
			}),
		}),
		['/etc/named'],
	);
	const told = items.filter(({type}) => type === 'file').map((item) => [item.path, item.sha256]);
	assert.equal(told.slice(1), [
		['/etc/closed/open', undefined],
		['/etc/named', undefined],
		['/etc/open', sha256],
		['/etc/private', undefined],
	]);
	assert.not.match(JSON.stringify(items), /123456789/);
});

test('takes away what it puts something else in the place of', () => {
	const items = itemsOf(directory({var: directory({old: own()})}));
	assert.equal(
		items.slice(1).map(({path, type}) => [path, type]),
		[
			['/var/old', 'file'],
			['/var/old/x', 'absent'],
		],
	);
});

test.run();
