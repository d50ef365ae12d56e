import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {readCandidates, readDiskLinks} from '../../../installer/disk/candidates.ts';
import {makeKernel} from './sysfs.ts';

const test = suite('disks to choose from');

test('are known by the links below /dev/disk', () => {
	const dev = mkdtempSync(path.join(os.tmpdir(), 'slipway-links-'));
	try {
		const node = (name: string) => writeFileSync(path.join(dev, name), '');
		const link = (folder: string, name: string, target: string) => {
			mkdirSync(path.join(dev, 'disk', folder), {recursive: true});
			symlinkSync(`../../${target}`, path.join(dev, 'disk', folder, name));
		};
		node('sda');
		node('sda1');
		link('by-id', 'wwn-0x5000', 'sda');
		link('by-id', 'ata-ST4000', 'sda');
		link('by-id', 'ata-ST4000-part1', 'sda1');
		link('by-path', 'pci-0000:00:1f.2-ata-1', 'sda');
		link('by-id', 'usb-gone', 'sdx');
		assert.equal(readDiskLinks(dev).get('sda'), [
			'/dev/disk/by-id/ata-ST4000',
			'/dev/disk/by-id/wwn-0x5000',
			'/dev/disk/by-path/pci-0000:00:1f.2-ata-1',
		]);
		assert.is(readDiskLinks(path.join(dev, 'none')).size, 0);
	} finally {
		rmSync(dev, {recursive: true});
	}
});

test('are listed too when they cannot be taken, with the reason', async () => {
	const kernel = makeKernel({});
	const lsblk = JSON.stringify({
		blockdevices: [
			{kname: 'sdq', path: '/no/such/sdq', type: 'disk', size: 1e9, rota: true, rm: false},
		],
	});
	try {
		const system = fakeSystem({}, {lsblk});
		const [disk, ...others] = await readCandidates(system, 0, kernel.paths);
		assert.equal(others, []);
		assert.equal(
			[disk?.path, disk?.content, disk?.isEmpty, disk?.refusals.map(({code}) => code)],
			['/no/such/sdq', 'unknown', false, ['no-such-device']],
		);
	} finally {
		kernel.remove();
	}
});

test.run();
