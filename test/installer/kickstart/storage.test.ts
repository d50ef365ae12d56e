import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {Answers, StorageAnswers} from '../../../installer/answers/answers.ts';
import {GiB} from '../../../installer/disk/size.ts';
import {read, said} from './reading.ts';

const test = suite('storage of a kickstart');

type Disk = Answers['disk'];

test('is planned as the lines say together', () => {
	const lines: readonly [text: string, disk: Disk, storage: Partial<StorageAnswers>][] = [
		['lang C', undefined, {layout: undefined, wipe: undefined}],
		['autopart', undefined, {layout: 'free-space', wipe: undefined, swap: undefined}],
		['clearpart --none\nautopart', undefined, {layout: 'free-space', replace: []}],
		['clearpart --all\nautopart', undefined, {layout: 'disk', wipe: true}],
		[
			'clearpart --all --linux\nautopart',
			undefined,
			{layout: 'partition', replace: [{type: 'linux'}]},
		],
		[
			'clearpart --all --list=sda2,LABEL=old\nautopart',
			[{path: '/dev/sda', pick: 'only'}],
			{layout: 'partition', replace: [{path: '/dev/sda2'}, {label: 'old'}], wipe: undefined},
		],
		[
			'ignoredisk --only-use=sda,sdb\nclearpart --all --drives=/dev/sdb\nautopart',
			[{path: '/dev/sdb', pick: 'only'}],
			{layout: 'disk'},
		],
		[
			'ignoredisk --only-use=sda|disk/by-id/ata-*\nautopart',
			[
				{path: '/dev/sda', pick: 'only'},
				{byId: 'ata-*', pick: 'only'},
			],
			{},
		],
		[
			'ignoredisk --drives=sdb,disk/by-id/usb-*\nautopart',
			[{except: ['/dev/sdb', '/dev/disk/by-id/usb-*'], pick: 'only'}],
			{},
		],
		['bootloader --boot-drive=vda\nautopart', [{path: '/dev/vda', pick: 'only'}], {}],
		['autopart --type=btrfs', undefined, {fileSystem: 'btrfs'}],
		['autopart --nolvm --hibernation', undefined, {fileSystem: undefined, swap: 'hibernation'}],
		[
			'part / --size=1024\npart swap --size=2048',
			undefined,
			{rootSize: GiB, swap: {size: 2 * GiB}},
		],
		[
			'part / --grow --size=1024 --maxsize=2048\npart /boot/efi --size=1024',
			undefined,
			{rootSize: undefined, rootMinimumSize: GiB, rootMaximumSize: 2 * GiB, espSize: GiB},
		],
		[
			'part / --usepart=sda3\npart /home/ --onpart=UUID=12-34',
			undefined,
			{
				layout: 'partition',
				replace: [{path: '/dev/sda3'}],
				partitions: [
					{
						mountPoint: '/var/home',
						size: undefined,
						fileSystem: undefined,
						label: undefined,
						options: [],
						encrypted: false,
						existing: {partition: {uuid: '12-34'}, format: true},
					},
				],
			},
		],
		[
			'mount sda2 / --reformat=xfs\nmount sda1 /boot/efi\nmount sda3 none\nmount sda4 /var/lib/data --mountoptions=noatime',
			undefined,
			{
				layout: 'partition',
				fileSystem: 'xfs',
				replace: [{path: '/dev/sda2'}],
				keep: [{path: '/dev/sda1'}, {path: '/dev/sda3'}, {path: '/dev/sda4'}],
				partitions: [
					{
						mountPoint: '/var/lib/data',
						size: undefined,
						fileSystem: undefined,
						label: undefined,
						options: ['noatime'],
						encrypted: false,
						existing: {partition: {path: '/dev/sda4'}, format: false},
					},
				],
			},
		],
	];
	for (const [text, disk, storage] of lines) {
		const {answers, mistakes} = read(text);
		assert.equal(mistakes, [], text);
		assert.equal(answers.disk, disk, text);
		for (const [key, value] of Object.entries(storage))
			assert.equal(answers.storage[key as keyof StorageAnswers], value, `${text}: ${key}`);
	}
});

test('leaves a partition that is not formatted as it is, and says what is in vain', () => {
	const kept = {
		mountPoint: '/var/data',
		size: undefined,
		fileSystem: undefined,
		label: undefined,
		options: [],
		encrypted: false,
		existing: {partition: {path: '/dev/sda4'}, format: false},
	};
	const note = 'a partition that is not formatted keeps its file system as it is';
	for (const [text, ...notes] of [
		[
			'part / --onpart=sda2\npart /var/data --onpart=sda4 --noformat --fstype=xfs --label=d --mkfsoptions="-m 1"',
			`note 2: ${note}`,
		],
		['mount sda2 / --reformat\nmount sda4 /var/data --mkfsoptions="-m 1"', `note 2: ${note}`],
	] as const) {
		const reading = read(text);
		assert.equal(reading.answers.storage.partitions, [kept], text);
		assert.equal(said(reading), notes, text);
	}
});

test('is refused where lines cannot be kept', () => {
	const lines: readonly [text: string, ...mistakes: string[]][] = [
		['zerombr yes', '1:9: zerombr is one word beside options, expected options alone'],
		['clearpart --all --disklabel=msdos', '1:17: clearpart --disklabel is "msdos", expected gpt'],
		['clearpart --all --cdl', '1:17: clearpart --cdl is not possible here, expected gpt'],
		[
			'clearpart --list=sd*',
			'1:11: clearpart --list is "sd*", expected a partition such as sda1 or /dev/disk/by-partlabel/…, LABEL=… or UUID=…',
		],
		['ignoredisk --drives=""', '1:1: ignoredisk is without disks, expected at least one'],
		['ignoredisk', '1:1: ignoredisk is without disks, expected --only-use=… or --drives=…'],
		[
			'ignoredisk --only-use=sda,sdb',
			'1:12: ignoredisk --only-use is "sdb", expected one disk, as sda',
		],
		[
			'ignoredisk --only-use=sda\nbootloader --boot-drive=sdb',
			'2:12: bootloader --boot-drive is sdb, which ignoredisk leaves out, expected one of sda',
		],
		[
			'clearpart --all --drives=sd*',
			'1:17: clearpart --drives is "sd*", expected a disk such as sda or /dev/disk/by-id/…, or a glob below /dev/disk/by-id or by-path',
		],
		[
			'clearpart --all --drives=../../etc',
			'1:17: clearpart --drives is "../../etc", expected a disk such as sda or /dev/disk/by-id/…, or a glob below /dev/disk/by-id or by-path',
		],
		[
			'part / --size=1 --ondisk=sda\npart /var --size=1 --ondisk=sdb',
			'2:20: part --ondisk is "sdb", expected one disk, as sda',
		],
		['autopart\npart / --size=1', '2:1: part is given beside autopart, expected one of them'],
		['autopart --type=lvm', '1:10: autopart --type is "lvm", expected plain, btrfs'],
		['autopart --fstype=btrfs', '1:10: autopart --fstype is "btrfs", expected --type=btrfs alone'],
		['autopart --fstype=ext3', '1:10: autopart --fstype is "ext3", expected ext4, btrfs, xfs'],
		[
			'autopart --encrypted --passphrase=x --luks-version=luks1',
			'1:37: autopart --luks-version is "luks1", expected luks2',
		],
		[
			'autopart --encrypted --passphrase=x --escrowcert=x',
			'1:37: autopart --escrowcert is not possible here, expected the recovery key, which is always made',
		],
		[
			'autopart --encrypted',
			'1:1: autopart --encrypted is without anything that unlocks it, expected --passphrase=…, or %addon slipway with storage.encryption',
		],
		['part /', '1:1: part is without a size, expected --size=… in MiB, or --grow'],
		[
			'part /usr --size=1',
			'1:6: part is "/usr", expected /, /boot/efi, swap, or a path below /var or /home',
			'1:1: part is without a root, expected part … for /',
		],
		['part / --size=1\npart / --size=2', '2:1: part is / a second time, expected it once'],
		[
			'part / --grow\npart /var --grow',
			'2:1: part --grow is one more that grows, expected one partition alone to take the rest',
		],
		[
			'part / --grow\npart /var/../etc --size=1',
			'2:6: part is "/var/../etc", expected a mount point without . and ..',
		],
		[
			'part / --grow\npart /home --size=1\npart /var/home --size=1',
			'3:1: part is /var/home a second time, expected it once',
		],
		[
			'part / --size=1 --resize',
			'1:17: part --resize is not possible here, expected a partition that is made anew or kept as it is',
		],
		[
			'part / --size=1 --mkfsoptions="-b 1024"',
			'1:17: part / is with options for its file system, expected those of slipway',
		],
		[
			'part / --grow\npart /boot/efi --onpart=sda1',
			'2:16: part --onpart is an ESP to be formatted, which others start from, expected --noformat',
		],
		[
			'part / --onpart=sda2 --noformat',
			'1:22: part --noformat is given for /, expected a root that is formatted; /var may be kept',
		],
		[
			'clearpart --all\npart / --onpart=sda2',
			'2:8: part --onpart is gone by then: clearpart --all, expected clearpart --list=…',
		],
		['mount sda2 /', '1:1: mount is / as it is, expected --reformat'],
		[
			'mount sda2 swap',
			'1:12: mount is "swap", expected part swap --size=…',
			'1:1: mount is without a root, expected mount … for /',
		],
	];
	for (const [text, ...mistakes] of lines) {
		const found = said({...read(text), warnings: [], notes: []});
		assert.equal(found.toSorted(), mistakes.map((mistake) => `a.ks:${mistake}`).toSorted(), text);
	}
});

test('gives way in layout when asked to, never in security', () => {
	const lenient = (text: string) => said(read(text, {isLenient: true}));
	assert.equal(lenient('autopart --type=lvm'), [
		'warning a.ks:1:10: autopart --type is "lvm", expected plain, btrfs',
	]);
	assert.equal(lenient('%packages\nvim\n%end'), [
		'warning a.ks:2:1: %packages is not possible here, expected packages in the image; add them in its Containerfile',
	]);
	assert.equal(lenient('autopart --encrypted --luks-version=luks1'), [
		'a.ks:1:1: autopart --encrypted is without anything that unlocks it, expected --passphrase=…, or %addon slipway with storage.encryption',
		'a.ks:1:22: autopart --luks-version is "luks1", expected luks2',
	]);
	assert.equal(read('volgroup x pv.0', {isLenient: true}).mistakes.length, 1);
	assert.equal(read('realm join x', {isLenient: true}).mistakes.length, 1);
});

test.run();
