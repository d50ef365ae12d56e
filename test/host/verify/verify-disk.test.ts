import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, type EngineError, Refused, UsageError} from '../../../engine/errors.ts';
import {noProgress} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {
	type DiskManifest,
	formatManifest,
	parseManifest,
} from '../../../installer/output/manifest/manifest.ts';
import {readAt} from '../../../installer/verify/medium/medium.ts';
import {openRaw} from '../../../installer/verify/medium/raw.ts';
import type {DiskReport} from '../../../installer/verify/report.ts';
import {verifyDisk} from '../../../installer/verify/verify-disk.ts';
import {thrownBy} from '../../installer/sink/thrown.ts';
import {slipway} from '../../ui/cli/run-program.ts';
import {type MadeDisk, makeDisk, overwrite} from './made-disk.ts';
import {bootPlaces, rootPlaces} from './places.ts';

const test = suite('verification of a disk');
const made: MadeDisk = await makeDisk();
test.after(() => made[Symbol.dispose]());
const scratch = mkdtempSync(path.join(tmpdir(), 'slipway-verify-'));
test.after(() => rmSync(scratch, {recursive: true}));
const manifest = parseManifest(readFileSync(made.manifest, 'utf8'), 'manifest');
const {id} = made.plan.deployment;
const added = path.join(scratch, 'added');
writeFileSync(added, 'added');

const verify = (file: string, told: DiskManifest | undefined = manifest): Promise<DiskReport> => {
	const {signal} = new AbortController();
	return verifyDisk(hostSystem(), {path: file, manifest: told, signal}, noProgress);
};
/** Each finding on a line, with `ID` for that of the deployment. */
const found = async (file: string, told: DiskManifest | undefined = manifest) =>
	(await verify(file, told)).findings.map(({kind, partition, path: place, problem}) =>
		`${kind} ${partition ?? '-'} ${place}: ${problem}`.replaceAll(id, 'ID'),
	);
/** Without a manifest. */
const foundAlone = async (file: string) => {
	const {signal} = new AbortController();
	const report = await verifyDisk(
		hostSystem(),
		{path: file, manifest: undefined, signal},
		noProgress,
	);
	return report.findings.map(({path: place}) => place.replaceAll(id, 'ID'));
};

test('finds nothing on a disk as it was made', async () => {
	const report = await verify(made.path);
	assert.equal(report.findings, []);
	assert.equal(
		[report.format, report.hasManifest, report.files, report.objects],
		['raw', true, 23, 8],
	);
	assert.equal(report.deployments, [
		{
			id,
			image: 'registry.example.com/myos:1',
			imageDigest: made.plan.image.verityDigest,
			givenKernelArguments: ['debug'],
		},
	]);
});

test('lists without a manifest what the machine got besides its image', async () => {
	assert.equal(await foundAlone(made.path), [
		'state/deploy/ID/etc/upper/hostname',
		'state/deploy/ID/etc/upper/localtime',
		'state/deploy/ID/etc/upper/secret',
		'state/os/default/var/home/me/key',
	]);
});

const object = rootPlaces(made).find(({path: place}) => place.startsWith('composefs/objects/'));
if (object === undefined) throw new Error('the disk has no object');
/** By its size, which no other has. */
const kernelObject = rootPlaces(made).find(({size}) => size === 300_000)?.path ?? '';
const originPlace = `state/deploy/${id}/origin.json`;
const kernelFolder = `EFI/Linux/${path.basename(path.dirname(manifest.bootFiles.at(-2)?.path ?? ''))}`;
const entry = `loader/entries/slipway-${id}+3.conf`;

/** Turns over the bits of one byte of a file on the root or boot partition. */
function flip(copy: string, place: string, at = 0): void {
	const all = [...rootPlaces(made), ...bootPlaces(made)];
	const offset = (all.find((one) => one.path === place)?.offset ?? Number.NaN) + at;
	flipAt(copy, offset);
}

function flipAt(copy: string, offset: number): void {
	const [byte = 0] = execFileSync('dd', [
		`if=${copy}`,
		'bs=1',
		`skip=${offset}`,
		'count=1',
		'status=none',
	]);
	overwrite(copy, offset, Buffer.from([byte ^ 0xff]));
}

const extraProblem = 'neither the image nor the manifest has it';

const plants: readonly (readonly [
	what: string,
	plant: (copy: string) => void,
	finding: string | RegExp,
])[] = [
	[
		'a file on the boot partition',
		(copy) => made.mtools(copy, 'mcopy', [added, '::/EFI/BOOT/MORE.EFI']),
		`extra 1 EFI/BOOT/MORE.EFI: ${extraProblem}`,
	],
	[
		'a file with a long name on the boot partition',
		(copy) => made.mtools(copy, 'mcopy', [added, '::/loader/entries/a rather long name.conf']),
		`extra 1 loader/entries/a rather long name.conf: ${extraProblem}`,
	],
	[
		'an empty folder on the boot partition',
		(copy) => made.mtools(copy, 'mmd', ['::/more']),
		'extra 1 more: is a folder with nothing in it',
	],
	[
		'a file on the root',
		(copy) => made.debugfs(copy, [`write ${added} more`]),
		`extra 2 more: ${extraProblem}`,
	],
	[
		'an empty folder on the root',
		(copy) => made.debugfs(copy, ['mkdir state/more']),
		/^changed 2 state: |^extra 2 state\/more: /,
	],
	[
		'an object that no image has',
		(copy) => made.debugfs(copy, [`write ${added} composefs/objects/00/${'0'.repeat(62)}`]),
		`extra 2 composefs/objects/00/${'0'.repeat(62)}: no deployment uses it`,
	],
	[
		'a changed byte of an object',
		(copy) => flip(copy, object.path),
		/^changed 2 composefs\/objects\/\S+: has another content, which the image has as "\//,
	],
	[
		'a changed byte of the Merkle tree of an object',
		(copy) => flipAt(copy, object.tail ?? Number.NaN),
		/^changed 2 composefs\/objects\/\S+: has fs-verity that is not of its content/,
	],
	[
		'a changed byte of the object that the kernel is',
		(copy) => flip(copy, kernelObject),
		/^changed 2 composefs\/objects\/\S+: has another content, .*vmlinuz"$/,
	],
	[
		'a changed byte of the image',
		(copy) => flip(copy, `composefs/images/${made.plan.image.verityDigest}`, 2000),
		/^damaged 2 state\/deploy\/ID\/origin.json: its image \w+ is damaged$/,
	],
	[
		'a missing object',
		(copy) => made.debugfs(copy, [`rm ${object.path}`]),
		/^missing 2 composefs\/objects\/\S+: is not there; the image has it as "\//,
	],
	[
		'a changed origin',
		(copy) => flip(copy, originPlace, 20),
		/^(changed|damaged) 2 state\/deploy\/ID\/origin.json: /,
	],
	[
		'a changed mode',
		(copy) => made.debugfs(copy, ['sif state/os/default/var/lib/db mode 0100644']),
		'changed 2 state/os/default/var/lib/db: its mode is 0644, not 0600',
	],
	[
		'an extended attribute',
		(copy) => made.debugfs(copy, ['ea_set state/os/default/var/lib/db user.more 1']),
		'changed 2 state/os/default/var/lib/db: has the extended attribute user.more',
	],
	[
		'a changed file of /var',
		(copy) => flip(copy, 'state/os/default/var/lib/db', 69_999),
		'changed 2 state/os/default/var/lib/db: has another content',
	],
	[
		'a file in /var',
		(copy) => made.debugfs(copy, [`write ${added} state/os/default/var/lib/more`]),
		`extra 2 state/os/default/var/lib/more: ${extraProblem}`,
	],
	[
		'a changed file of the bootstrap',
		(copy) => flip(copy, `state/deploy/${id}/etc/upper/hostname`),
		'changed 2 state/deploy/ID/etc/upper/hostname: has another content',
	],
	[
		'a missing file of the bootstrap',
		(copy) => made.debugfs(copy, [`rm state/deploy/${id}/etc/upper/secret`]),
		'missing 2 /etc/secret: is not there; the manifest has it',
	],
	[
		'a changed kernel',
		(copy) => flip(copy, `${kernelFolder}/linux`, 100_000),
		/^changed 1 EFI\/Linux\/slipway-\w+\/linux: is not what the image has/,
	],
	[
		'a changed boot loader',
		(copy) => flip(copy, 'EFI/BOOT/BOOTX64.EFI'),
		/^changed 1 EFI\/BOOT\/BOOTX64.EFI: is not what the image has/,
	],
	[
		'a changed loader entry',
		(copy) => flip(copy, entry, 300),
		/^changed 1 loader\/entries\/slipway-ID\+3.conf: is not what/,
	],
	[
		'a missing loader entry',
		(copy) => made.mtools(copy, 'mdel', [`::/${entry}`]),
		'missing 1 loader/entries/slipway-ID+3.conf: is not on the boot partition',
	],
	[
		'bytes behind the partitions',
		(copy) => overwrite(copy, made.plan.disks[0].size - 512 * 1024, Buffer.from('x')),
		/^extra - bytes \d+ to \d+: belong to nothing, and are not empty from byte 733478912 on$/,
	],
	[
		'bytes before the partitions',
		(copy) => overwrite(copy, 600_000, Buffer.from('x')),
		/^extra - bytes \d+ to 1048576: belong to nothing, and are not empty from byte 600000 on$/,
	],
	[
		'a program for a BIOS',
		(copy) => overwrite(copy, 0, Buffer.from([0xeb, 0x63])),
		'extra - the first sector: has a program for a BIOS',
	],
	[
		'a damaged partition table',
		(copy) => overwrite(copy, 600, Buffer.from('x')),
		/^damaged - partition table: the first partition table is damaged: /,
	],
	[
		'a damaged copy of the partition table',
		(copy) => overwrite(copy, made.plan.disks[0].size - 5000, Buffer.from('x')),
		/^damaged - partition table: the second partition table is damaged: /,
	],
];

for (const [what, plant, finding] of plants)
	test(`finds ${what}, and nothing else`, async () => {
		const copy = made.copy();
		plant(copy);
		const findings = await found(copy);
		rmSync(copy);
		assert.is(findings.length, 1, findings.join('\n'));
		if (typeof finding === 'string') assert.is(findings[0], finding);
		else assert.match(findings[0] ?? '', finding);
	});

test('finds two clusters of nobody, and copies of the table that differ', async () => {
	const copy = made.copy();
	using medium = openRaw(copy, made.plan.disks[0].size);
	const table = made.esp + readAt(medium, {offset: made.esp, length: 512}).readUInt16LE(14) * 512;
	overwrite(copy, table + 15_000 * 4, Buffer.from('ffffff0fffffff0f', 'hex'));
	assert.equal(await found(copy), [
		'damaged 1 the file system: 2 clusters are in use, and in no file',
		'damaged 1 the file system: its two tables of clusters differ',
	]);
	rmSync(copy);
});

/** What makes it stop, by code or class, and what it says. */
const hostile: readonly (readonly [
	what: string,
	plant: (copy: string) => void,
	kind: new (...args: never[]) => EngineError,
	message: RegExp,
])[] = [
	[
		'a disk that is cut off',
		(copy) => truncateSync(copy, 300 << 20),
		DamagedInput,
		/copy-\d+.raw is cut off: its table is for 734003200 bytes, it has 314572800$/,
	],
	[
		'two damaged tables',
		(copy) => {
			overwrite(copy, 600, Buffer.from('x'));
			overwrite(copy, made.plan.disks[0].size - 5000, Buffer.from('x'));
		},
		DamagedInput,
		/both partition tables of \S+ are damaged: /,
	],
	[
		'a text',
		(copy) => {
			truncateSync(copy, 0);
			overwrite(copy, 0, Buffer.from('no disk\n'));
		},
		DamagedInput,
		/is no disk with a partition table \(GPT\)$/,
	],
	['an empty file', (copy) => truncateSync(copy, 0), DamagedInput, /is no disk with a partition/],
	[
		'an ISO',
		(copy) => overwrite(copy, 32_769, Buffer.from('CD001')),
		Refused,
		/is no disk that can be verified: it is a ISO$/,
	],
	['a VMDK', (copy) => overwrite(copy, 0, Buffer.from('KDMV')), Refused, /it is a VMDK$/],
	[
		'an encrypted root',
		(copy) => overwrite(copy, made.root, Buffer.from('LUKS\xba\xbe', 'latin1')),
		Refused,
		/the root of \S+ is encrypted \(LUKS\)$/,
	],
	[
		'a folder that is in itself',
		(copy) => made.debugfs(copy, ['link <2> state/loop']),
		DamagedInput,
		/"state\/loop" is a second name of a folder$/,
	],
	[
		'extents out of range',
		(copy) => made.debugfs(copy, [`sif ${originPlace} block[5] 0xfffffff0`]),
		DamagedInput,
		/the content of inode \d+ is at 4294967280, where nothing can be$/,
	],
	[
		'blocks of two files',
		(copy) =>
			made.debugfs(copy, [`sif ${originPlace} block[5] ${(object.offset - made.root) / 4096}`]),
		DamagedInput,
		/the content of inode \d+ is at \d+, where something else is$/,
	],
	[
		'a tree of extents that never ends',
		(copy) => made.debugfs(copy, [`sif ${originPlace} block[1] 0xffff0004`]),
		DamagedInput,
		/inode \d+ has a damaged tree of extents$/,
	],
	[
		'blocks that were never written',
		(copy) => made.debugfs(copy, [`sif ${originPlace} block[4] 0x8001`]),
		DamagedInput,
		/inode \d+ has blocks that were never written$/,
	],
	['a changed inode', (copy) => flipInode(copy), DamagedInput, /the checksum of inode 2 is wrong$/],
	[
		'a journal to replay',
		(copy) => made.debugfs(copy, ['feature needs_recovery']),
		Refused,
		/the file system on partition 2 \(slipway-root\) of \S+ was not closed$/,
	],
	[
		'a boot partition that is in itself',
		(copy) => {
			using medium = openRaw(copy, made.plan.disks[0].size);
			const sector = readAt(medium, {offset: made.esp, length: 512});
			const table = made.esp + sector.readUInt16LE(14) * 512;
			overwrite(copy, table + 2 * 4, Buffer.from('02000000', 'hex'));
		},
		DamagedInput,
		/the folder \/ is at 2, where something else is$/,
	],
];

/** Of the root, in the table of inodes. */
function flipInode(copy: string): void {
	using medium = openRaw(copy, made.plan.disks[0].size);
	const group = readAt(medium, {offset: made.root + 4096, length: 64});
	flipAt(copy, made.root + group.readUInt32LE(8) * 4096 + 256 + 17);
}

for (const [what, plant, kind, message] of hostile)
	test(`says what is wrong with ${what}`, async () => {
		const copy = made.copy();
		plant(copy);
		const error = await thrownBy(kind, verify(copy));
		assert.match(error.message, message);
		assert.ok(error.hint);
		rmSync(copy);
	});

test('finds holes in a file, however long it says it is', async () => {
	const copy = made.copy();
	made.debugfs(copy, ['sif state/os/default/var/lib/small size 9000000000000']);
	assert.equal(await found(copy), [
		'changed 2 state/os/default/var/lib/small: its size is 9000000000000, not 5',
	]);
	rmSync(copy);
});

test('reads the same from a qcow2, packed or not', async () => {
	for (const options of [[], ['-c']]) {
		const copy = path.join(scratch, 'disk.qcow2');
		execFileSync('qemu-img', ['convert', '-O', 'qcow2', ...options, made.path, copy]);
		const report = await verify(copy);
		assert.equal([report.format, report.size], ['qcow2', made.plan.disks[0].size]);
		assert.equal(report.findings, []);
	}
});

test('does not read a qcow2 that is packed in another way', async () => {
	const copy = path.join(scratch, 'zstd.qcow2');
	const options = ['-f', 'qcow2', '-o', 'compression_type=zstd'];
	execFileSync('qemu-img', ['create', ...options, copy, '1M']);
	const error = await thrownBy(Refused, verify(copy));
	assert.match(error.message, /cannot be read here: it is compressed in another way than by zlib$/);
	assert.match(error.hint ?? '', /^Convert it first: qemu-img convert -O raw /);
});

test('finds other states that a qcow2 keeps, and stops at one that is cut off', async () => {
	const copy = path.join(scratch, 'disk.qcow2');
	execFileSync('qemu-img', ['snapshot', '-c', 'before', copy]);
	assert.equal(await found(copy), ['extra - the file: keeps 1 other states of the disk']);
	truncateSync(copy, 2 << 20);
	await thrownBy(DamagedInput, verify(copy));
});

test('is a command, which takes the manifest beside the disk', () => {
	const clean = slipway(['disk', 'verify', '--quiet', made.path]);
	assert.equal(
		[clean.status, clean.stderr, clean.stdout.replaceAll(id, 'ID').split('\n')],
		[
			0,
			'',
			[
				'deployment ID of registry.example.com/myos:1',
				`  image digest: ${made.plan.image.verityDigest}`,
				'  kernel arguments given: debug',
				'nothing is left over: 23 files, 8 objects among them, 3.9 MiB',
				'',
			],
		],
	);
	const told = path.join(scratch, 'told.json');
	const items = manifest.items.filter(({path: place}) => place !== '/etc/localtime');
	writeFileSync(told, formatManifest({...manifest, items}));
	const words = ['disk', 'verify', '--quiet', '--manifest', told, made.path];
	const other = slipway(words);
	assert.is(other.status, 4);
	assert.match(
		other.stdout,
		/^extra: partition 2: state\/deploy\/\S+\/etc\/upper\/localtime neither the image nor/,
	);
	const json = JSON.parse(slipway([...words, '--json']).stdout);
	assert.equal([json.version, json.findings.length, json.findings[0].kind], [1, 1, 'extra']);
	const missing = slipway(['disk', 'verify', path.join(scratch, 'nothing')]);
	assert.equal([missing.status, missing.stdout], [2, '']);
	assert.match(missing.stderr, /^slipway: \S+nothing cannot be read: ENOENT\n {2}hint: /);
});

test('warns of a manifest beside a disk that lists others alone', () => {
	const copy = made.copy();
	const beside = `${copy}.manifest.json`;
	const outputs = [{file: 'os.vmdk', format: 'vmdk', size: 1}];
	writeFileSync(beside, formatManifest({...manifest, outputs}));
	const {status, stderr} = slipway(['disk', 'verify', '--quiet', copy]);
	assert.is(status, 0);
	assert.match(
		stderr,
		`the manifest beside it is of os.vmdk, and may be of another disk than ${path.basename(copy)}`,
	);
	assert.is(slipway(['disk', 'verify', '--quiet', '--manifest', beside, copy]).stderr, '');
});

test('says that a manifest of another disk is not its own', async () => {
	const disk = {...manifest.disk, id: '00000000-0000-4000-8000-000000000000'};
	assert.match(
		(await found(made.path, {...manifest, disk}))[0] ?? '',
		/^changed - partition table/,
	);
});

test('takes no folder for a disk', async () => {
	await thrownBy(UsageError, verify(scratch));
});

test.run();
