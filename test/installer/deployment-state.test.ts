import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {parseFileContexts} from '../../engine/tree/file-contexts.ts';
import {relabel} from '../../engine/tree/selinux.ts';
import {copyTree} from '../../engine/tree/transform.ts';
import type {StateEntry} from '../../installer/content.ts';
import {deploymentState} from '../../installer/deployment-state.ts';
import {device, directory, file, symlink} from '../engine/source/trees.ts';

const test = suite('state of a first deployment');
const machine = {root: directory(), sources: new Map()};
const deployment = {id: 'abc.0', originText: '{"version":1}\n', machine};

function describe({path, inode, source}: StateEntry): string {
	const content = source?.kind === 'bytes' ? ` ${JSON.stringify(source.bytes.toString())}` : '';
	const target = inode.type === 'hardlink' || inode.type === 'symlink' ? ` ${inode.target}` : '';
	return `${inode.mode.toString(8)} ${inode.mtimeSec} ${inode.type} ${path}${target}${content}`;
}

test('is its origin, an empty upper layer of /etc, and a copy of /var', () => {
	const shared = file('one of two names');
	const root = directory({
		etc: directory({passwd: file('root')}, {mode: 0o751, mtimeSec: 7}),
		var: directory(
			{log: directory({b: shared, a: shared}), empty: file(), run: symlink('../run')},
			{mtimeSec: 9},
		),
	});
	const sources = new Map([[shared, {kind: 'bytes', bytes: Buffer.from('content')} as const]]);
	const image = {tree: copyTree(root)};
	assert.equal(deploymentState({root, sources, image}, deployment).map(describe), [
		'755 0 directory state',
		'755 0 directory state/deploy',
		'755 0 directory state/deploy/abc.0',
		'644 0 file state/deploy/abc.0/origin.json "{\\"version\\":1}\\n"',
		'755 0 directory state/deploy/abc.0/etc',
		'751 7 directory state/deploy/abc.0/etc/upper',
		'755 0 directory state/deploy/abc.0/etc/work',
		'755 0 directory state/os',
		'755 0 directory state/os/default',
		'755 9 directory state/os/default/var',
		'644 1000 file state/os/default/var/empty',
		'755 1000 directory state/os/default/var/log',
		'644 1000 file state/os/default/var/log/a "content"',
		'644 1000 hardlink state/os/default/var/log/b state/os/default/var/log/a',
		'777 1000 symlink state/os/default/var/run ../run',
	]);
});

test("has what is the machine's own in the upper layer of /etc, and over the /var of the image", () => {
	const shared = file('two names');
	const root = directory({
		etc: directory({passwd: file('root')}, {mode: 0o751}),
		var: directory({home: directory({kept: shared, again: shared}), old: file('old')}),
	});
	const [passwd, key, replaced] = [file('a'), file('b', {mode: 0o600, uid: 7}), file('c')];
	const bytes = (text: string) => ({kind: 'bytes', bytes: Buffer.from(text)}) as const;
	const own = {
		root: directory({
			etc: directory({passwd, gone: device(0, {mode: 0})}),
			var: directory({
				home: directory({alice: directory({key}, {uid: 7})}, {mode: 0o711}),
				old: replaced,
			}),
		}),
		sources: new Map([
			[passwd, bytes('own')],
			[key, bytes('secret')],
			[replaced, bytes('new')],
		]),
	};
	const source = {root, sources: new Map([[shared, bytes('kept')]]), image: {tree: copyTree(root)}};
	const entries = deploymentState(source, {...deployment, machine: own}).map(describe);
	assert.equal(
		entries.filter((line) => /upper|var/.test(line)),
		[
			'751 1000 directory state/deploy/abc.0/etc/upper',
			'0 1000 character state/deploy/abc.0/etc/upper/gone',
			'644 1000 file state/deploy/abc.0/etc/upper/passwd "own"',
			'755 1000 directory state/os/default/var',
			'711 1000 directory state/os/default/var/home',
			'644 1000 file state/os/default/var/home/again "kept"',
			'755 1000 directory state/os/default/var/home/alice',
			'600 1000 file state/os/default/var/home/alice/key "secret"',
			'644 1000 hardlink state/os/default/var/home/kept state/os/default/var/home/again',
			'644 1000 file state/os/default/var/old "new"',
		],
	);
});

const xattrs = (values: Readonly<Record<string, string>>) =>
	new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]));

function xattrsOf(entries: readonly StateEntry[], path: string): Record<string, string> {
	const {inode} = entries.find((entry) => entry.path === path) ?? {};
	return Object.fromEntries(
		[...(inode?.xattrs ?? [])].map(([key, value]) => [key, value.toString()]),
	);
}

test('has the labels of the deployment, and the other attributes of the image', () => {
	const root = () => {
		const shared = file('x', {xattrs: xattrs({'security.selinux': 'container_file_t'})});
		return directory({
			etc: directory({}, {xattrs: xattrs({'security.selinux': 'container_file_t'})}),
			var: directory(
				{a: shared, b: shared, c: shared},
				{xattrs: xattrs({'user.kept': '1', 'security.selinux': 'container_file_t'})},
			),
		});
	};
	const stateWith = (specs: string) => {
		const tree = root();
		relabel(tree, {specs: parseFileContexts(specs, 'policy'), aliases: new Map()});
		return deploymentState({root: root(), sources: new Map(), image: {tree}}, deployment);
	};
	const labelled = stateWith('/etc etc_t\n/var var_t\n/var/a a_t\n/var/b b_t\n/var/c a_t\n');
	const [etc, base] = ['state/deploy/abc.0/etc/upper', 'state/os/default/var'];
	assert.equal(xattrsOf(labelled, etc), {'security.selinux': 'etc_t'});
	assert.equal(xattrsOf(labelled, base), {'user.kept': '1', 'security.selinux': 'var_t'});
	assert.equal(
		['a', 'b', 'c'].map((name) => xattrsOf(labelled, `${base}/${name}`)['security.selinux']),
		['a_t', 'b_t', 'a_t'],
	);
	assert.equal(labelled.map(describe).slice(-3), [
		'644 1000 file state/os/default/var/a',
		'644 1000 file state/os/default/var/b',
		'644 1000 hardlink state/os/default/var/c state/os/default/var/a',
	]);
	const bare = stateWith('');
	assert.equal([xattrsOf(bare, etc), xattrsOf(bare, base)], [{}, {'user.kept': '1'}]);
});

test('has empty folders for an image without /etc and /var', () => {
	const image = {tree: directory()};
	const folders = deploymentState({root: directory(), sources: new Map(), image}, deployment)
		.map(describe)
		.filter((line) => /etc|var/.test(line));
	assert.equal(folders, [
		'755 0 directory state/deploy/abc.0/etc',
		'755 0 directory state/deploy/abc.0/etc/upper',
		'755 0 directory state/deploy/abc.0/etc/work',
		'755 0 directory state/os/default/var',
	]);
});

test.run();
