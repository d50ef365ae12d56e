import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {carryMounts} from '../../../../installer/takeover/carry/mounts.ts';
import {debian, type MadeImage} from '../../bootstrap/planned.ts';
import {OldTree} from '../old-tree.ts';

const test = suite('mounts of the system before');

const mountsIn = async (image: MadeImage, ...lines: readonly string[]) => {
	using old = new OldTree({'etc/fstab': lines.join('\n')});
	const {left, answers} = await carryMounts(old.source(image, {mountPoints: new Set(['/home'])}));
	return {left, fstab: answers.fstab};
};

test('may be missing, but for homes', async () => {
	const lines = [
		'UUID=1 /var/a ext4 defaults 0 2',
		'UUID=2 /var/b xfs noatime,nofail 0 2',
		'UUID=3 /var/c vfat',
		'UUID=4 /home ext4 defaults 0 2',
	];
	assert.equal(await mountsIn(debian, ...lines), {
		left: [],
		fstab: [
			'UUID=1 /var/a ext4 nofail 0 2',
			'UUID=2 /var/b xfs noatime,nofail 0 2',
			'UUID=3 /var/c vfat nofail',
			'UUID=4 /var/home ext4 defaults 0 2',
		],
	});
});

test('need their programs, where the kernel alone does not know them', async () => {
	const lines = ['ntfs-3g', 'ntfs', 'zfs', 'nfs4'].map((type) => `UUID=1 /var/a ${type} ro 0 0`);
	assert.equal((await mountsIn(debian, ...lines)).left, [
		'UUID=1 on /var/a: the image has no /usr/sbin/mount.ntfs-3g',
		'UUID=1 on /var/a: the image has no /usr/sbin/mount.ntfs',
		'UUID=1 on /var/a: the image has no /usr/sbin/mount.zfs',
		'UUID=1 on /var/a: the image has no /usr/sbin/mount.nfs4',
	]);
	const able = {...debian, '/usr/sbin/mount.ntfs-3g': 'x'};
	assert.equal(await mountsIn(able, ...lines.slice(0, 1)), {
		left: [],
		fstab: ['UUID=1 /var/a ntfs-3g ro,nofail 0 0'],
	});
});

test.run();
