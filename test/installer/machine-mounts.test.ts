import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DiskLayout} from '../../installer/disk/layout.ts';
import {machineMounts} from '../../installer/machine-mounts.ts';

const test = suite('mounts of a machine');

const partition = {number: 3, start: 0, size: 0, type: '', uuid: '', name: ''};
const layout: DiskLayout = {label: 'gpt', id: '', sectorSize: 512, partitions: []};

test('are none where all is on the root', () => {
	assert.equal(machineMounts(layout), []);
});

test('are listed as fstab does, those above others first', () => {
	const [entry, ...others] = machineMounts({
		...layout,
		partitions: [
			{
				...partition,
				role: 'var',
				finishedName: '',
				fileSystem: {type: 'ext4', uuid: 'aa', label: ''},
				mountPoint: '/var/home',
				mountOptions: ['noatime', 'nodev'],
			},
		],
		beside: {
			removed: [],
			deadEntries: [],
			kept: [
				{...partition, content: '', use: {kind: 'esp'}},
				{
					...partition,
					content: '',
					use: {kind: 'mount', mountPoint: '/var', uuid: 'bb', options: [], fileSystem: undefined},
				},
			],
		},
	});
	assert.equal(
		others.map(({path, inode}) => [path, inode.type]),
		[
			['state/os/default/fill', 'directory'],
			['state/os/default/fill/bb', 'file'],
			['state/os/default/fill/aa', 'file'],
		],
	);
	assert.is(entry?.path, 'state/os/default/fstab');
	const {source} = entry ?? {};
	assert.is(
		source?.kind === 'bytes' ? String(source.bytes) : undefined,
		`# Mounted before the system starts, which finds its /var there.
UUID=bb /var auto defaults 0 0
UUID=aa /var/home auto noatime,nodev 0 0
`,
	);
});

test.run();
