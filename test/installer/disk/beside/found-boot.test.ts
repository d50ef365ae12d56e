import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../../engine/system/fake.ts';
import {findBootPartitions, starts} from '../../../../installer/disk/beside/found-boot.ts';
import {startsElsewhere} from '../../../../installer/disk/beside/other-devices.ts';
import {partitionTypes} from '../../../../installer/disk/partition-types.ts';
import {found, windows} from './shared-disk.ts';

const test = suite('boot partitions that are there');

const line = (name: string, extension: string, size: string, long = '') =>
	`${name.padEnd(8)} ${extension.padEnd(3)} ${size.padStart(10)} 2026-01-01  12:00  ${long}\n`;
const folders: Readonly<Record<string, string>> = {
	'': ' 50 000 000 bytes free\n',
	EFI:
		line('MICROS~1', '', '<DIR>', 'Microsoft') +
		line('BOOT', '', '<DIR>') +
		line('debian', '', '<DIR>'),
	'EFI/BOOT': line('BOOTX64', 'EFI', '900000'),
	'EFI/Linux':
		line('SLIPWA~1', '', '<DIR>', 'slipway-aa') + line('SLIPWA~2', '', '<DIR>', 'slipway-bb'),
	'EFI/Linux/slipway-bb': line('linux', '', '3000000') + line('initrd', '', '4000000'),
	loader: line('LOADER~1', 'CON', '20', 'loader.conf'),
	'loader/entries':
		line('SLIPWA~1', 'CON', '200', 'slipway-0a.1.conf') +
		line('DEBIAN', 'CON', '200', 'debian.conf'),
};
const system = () =>
	fakeSystem(
		{},
		{
			mdir: (args) => folders[args.at(-1)?.slice(3) ?? ''] ?? '',
			mtype: 'linux /EFI/Linux/slipway-aa/linux\n',
		},
	);

test('are told with what is free, kernels that nothing starts included', async () => {
	assert.equal(await findBootPartitions(system(), '/dev/sda', windows), [
		{
			number: 1,
			kind: 'esp',
			state: {
				kind: 'readable',
				freeBytes: 57_000_000,
				entries: [
					{
						path: 'loader/entries/slipway-0a.1.conf',
						text: 'linux /EFI/Linux/slipway-aa/linux\n',
					},
				],
				loaderFiles: ['EFI/BOOT/BOOTX64.EFI', 'loader/loader.conf'],
				vendors: ['Microsoft', 'debian'],
			},
		},
	]);
});

test('have entries that start what is on other devices', async () => {
	const text = 'options root=UUID=0f rd.luks.name=aa-11=root ro\n';
	const disk = '/dev/sda';
	for (const [devices, isElsewhere] of [
		['', false],
		['/dev/sda\n/dev/sda2\n', false],
		['/dev/sdaa2\n', true],
		['/dev/sda2\n/dev/mapper/vg-root\n', true],
	] as const) {
		const blkid = (args: readonly string[]) => (args.includes('UUID=aa-11') ? devices : '');
		const looking = fakeSystem({}, {blkid});
		assert.is(await startsElsewhere(looking, disk, {text}), isElsewhere, devices);
		assert.equal(looking.commandLines(), [
			'blkid --cache-file /dev/null --match-token UUID=0f --output device',
			'blkid --cache-file /dev/null --match-token UUID=aa-11 --output device',
		]);
	}
	const inner = fakeSystem(
		{},
		{mdir: (args) => folders[args.at(-1)?.slice(3) ?? ''] ?? '', mtype: text, blkid: '/dev/sdb1\n'},
	);
	const [esp] = await findBootPartitions(inner, disk, windows);
	assert.equal(esp?.state.kind === 'readable' && esp.state.entries, [
		{path: 'loader/entries/slipway-0a.1.conf', text, startsElsewhere: true},
	]);
});

test('are not read when they are no FAT', async () => {
	const none = system();
	const xbootldr = {type: partitionTypes.xbootldr};
	const ext4 = {type: 'ext4', label: undefined, uuid: 'a'};
	assert.equal(
		await findBootPartitions(none, '/dev/sda', [
			found(1, 1, 100, {...xbootldr, signature: ext4}),
			found(2, 101, 100, {...xbootldr, signature: undefined}),
			found(3, 201, 100),
		]),
		[
			{
				number: 1,
				kind: 'xbootldr',
				state: {kind: 'unreadable', why: 'it holds ext4, not FAT'},
			},
			{
				number: 2,
				kind: 'xbootldr',
				state: {kind: 'unreadable', why: 'it holds no file system, not FAT'},
			},
		],
	);
	assert.equal(none.calls, []);
});

test('have entries that start a partition by its file system, or by what encrypts or mirrors it', () => {
	const entry = (text: string) => ({path: 'loader/entries/slipway-0a.1.conf', text});
	const uuid = '00112233-4455-6677-8899-aabbccddeeff';
	const partition = (type: string) =>
		found(3, 201, 100, {signature: {type, label: undefined, uuid}});
	for (const [text, startsBtrfs, startsRaid] of [
		[`options root=UUID=${uuid} rw`, true, true],
		[`options root=UUID=0 rd.luks.name=${uuid}=slipway-root`, true, true],
		['options root=UUID=0 rd.md.uuid=00112233:44556677:8899aabb:ccddeeff', false, true],
		['options root=UUID=0', false, false],
		[`options root=UUID=0 resume=UUID=${uuid} resume_offset=0 rw`, false, false],
		[`options resume=UUID=${uuid} root=UUID=${uuid}`, true, true],
	] as const) {
		assert.is(starts(entry(text), partition('btrfs')), startsBtrfs, text);
		assert.is(starts(entry(text), partition('linux_raid_member')), startsRaid, text);
	}
	const empty = found(3, 201, 100, {signature: undefined});
	assert.not(starts(entry(`options root=UUID=${uuid} rw`), empty));
	assert.ok(starts(entry(`options root=PARTUUID=${empty.uuid} rw`), empty));
});

test.run();
