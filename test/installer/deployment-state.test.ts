import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {StateEntry} from '../../installer/content.ts';
import {deploymentState} from '../../installer/deployment-state.ts';
import {directory, file, symlink} from '../engine/source/trees.ts';

const test = suite('state of a first deployment');
const deployment = {id: 'abc.0', originText: '{"version":1}\n'};

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
	assert.equal(deploymentState(root, sources, deployment).map(describe), [
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

test('has empty folders for an image without /etc and /var', () => {
	const folders = deploymentState(directory(), new Map(), deployment)
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
