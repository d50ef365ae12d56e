import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import {seededUuid} from '../../../installer/disk/identifiers.ts';
import {
	type DiskLayout,
	type LayoutRequest,
	minimumDiskSize,
	planLayout,
	tableOf,
} from '../../../installer/disk/layout.ts';
import {minimumEspSize, minimumRootSize} from '../../../installer/disk/minimum-sizes.ts';
import {backupTableSize} from '../../../installer/disk/partition-table.ts';
import {GiB, MiB} from '../../../installer/disk/size.ts';
import {noWishes} from '../../../installer/disk/storage-wishes.ts';
import {wishProblems} from '../../../installer/disk/wanted-partitions.ts';

const test = suite('disk layout');

const request: LayoutRequest = {
	diskSize: 32 * GiB,
	sectorSize: 512,
	sizes: {
		rootBytes: 400 * MiB,
		rootInodes: 13_000,
		bootBytes: 45 * MiB,
		loaderBytes: MiB,
		varBytes: 20 * MiB,
	},
	settings: {rootFileSystem: 'ext4', espSize: undefined},
	architecture: 'x86-64',
	seed: 'fixed',
};

function refusalOf(request: LayoutRequest): Refused {
	try {
		planLayout(request);
	} catch (error) {
		if (error instanceof Refused) return error;
		throw error;
	}
	throw new Error('was not refused');
}

test('is an ESP of 1 GiB and a root that takes the rest', () => {
	const layout: DiskLayout = {
		label: 'gpt',
		id: 'b3b71f00-6a2e-44b6-9e5e-10fbeedb5836',
		sectorSize: 512,
		partitions: [
			{
				role: 'esp',
				number: 1,
				start: MiB,
				size: GiB,
				type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
				uuid: 'd21f4160-3c0d-4cde-abe5-94f695108bfe',
				name: 'slipway-esp',
				finishedName: 'slipway-esp',
				fileSystem: {type: 'vfat', uuid: '8F42-B948', label: 'SLIPWAY-ESP'},
			},
			{
				role: 'root',
				number: 2,
				start: GiB + MiB,
				size: 31 * GiB - 2 * MiB,
				type: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
				uuid: '10eda384-c8cf-48b4-8928-669bb998b469',
				name: 'slipway-root-incomplete',
				finishedName: 'slipway-root',
				fileSystem: {
					type: 'ext4',
					uuid: '6b9297ff-f4f3-43d6-85ec-ff1f120356bc',
					label: 'slipway-root',
				},
			},
		],
	};
	assert.equal(planLayout(request), layout);
});

for (const firmware of ['bios', 'both'] as const)
	test(`has a partition for GRUB in front when it is to start by ${firmware}`, () => {
		const settings = {...request.settings, firmware};
		const layout = planLayout({...request, settings});
		const {biosBoot, partitions, ...table} = layout;
		assert.equal(biosBoot, {
			number: 1,
			start: MiB,
			size: MiB,
			type: '21686148-6449-6e6f-744e-656564454649',
			uuid: seededUuid('fixed', 'BIOS boot partition'),
			name: 'slipway-bios',
		});
		const plain = planLayout(request);
		assert.equal(
			partitions.map(({number, start, size}) => ({number, start, size})),
			[
				{number: 2, start: 2 * MiB, size: GiB},
				{number: 3, start: GiB + 2 * MiB, size: 31 * GiB - 3 * MiB},
			],
		);
		assert.equal(tableOf(layout), {...table, partitions: [biosBoot, ...partitions]});
		assert.equal(tableOf(plain), plain);
		const smallest = {...request, settings, diskSize: minimumDiskSize({...request, settings})};
		assert.is(smallest.diskSize, minimumDiskSize(request) + MiB);
		assert.is(planLayout(smallest).partitions.length, 2);
	});

test('is the same for the same seed and another for another', () => {
	assert.equal(planLayout(request), planLayout({...request}));
	const identifiers = ({id, partitions}: DiskLayout) => [
		id,
		...partitions.flatMap(({uuid, fileSystem}) => [uuid, fileSystem.uuid]),
	];
	const both = [
		...identifiers(planLayout(request)),
		...identifiers(planLayout({...request, seed: 'b'})),
	];
	assert.is(new Set(both).size, 10);
});

test('has UUIDs of version 4', () => {
	for (const purpose of ['a', 'b', 'c', 'd']) {
		assert.match(
			seededUuid('seed', purpose),
			/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
		);
	}
});

test('is aligned and ends before the copy of the table, on every disk', () => {
	for (const sectorSize of [512, 4096]) {
		for (const diskSize of [8 * GiB, 8 * GiB + sectorSize, 9 * GiB - sectorSize, 1e12]) {
			const {partitions} = planLayout({...request, sectorSize, diskSize});
			let position = MiB;
			for (const {start, size} of partitions) {
				assert.is(start, position);
				assert.is(size % MiB, 0);
				position += size;
			}
			const room = diskSize - backupTableSize(sectorSize) - position;
			assert.ok(room >= 0 && room < MiB, `${room} bytes are left of ${diskSize}`);
		}
	}
});

test('gives the ESP a quarter of a small disk, and never less than an update needs', () => {
	const espOf = (diskSize: number) => planLayout({...request, diskSize}).partitions[0]?.size;
	assert.equal([8 * GiB, 4 * GiB, 2 * GiB].map(espOf), [GiB, GiB, 512 * MiB]);
	assert.is(espOf(minimumDiskSize(request)), 143 * MiB);
});

test('gives an ESP room for three kernels, and FAT32 its clusters', () => {
	assert.is(minimumEspSize({...request.sizes, bootBytes: 45 * MiB}, 512), 143 * MiB);
	assert.is(minimumEspSize({...request.sizes, bootBytes: MiB}, 512), 36 * MiB);
	assert.is(minimumEspSize({...request.sizes, bootBytes: MiB}, 4096), 260 * MiB);
});

test('gives the root room for two systems, by bytes or by inodes', () => {
	assert.is(minimumRootSize({...request.sizes, rootInodes: 100}), 1104 * MiB);
	assert.is(
		minimumRootSize({...request.sizes, rootBytes: 40 * MiB, rootInodes: 64_000}),
		2256 * MiB,
	);
});

test('is planned on a disk of the smallest size and refused on one a byte smaller', () => {
	for (const sectorSize of [512, 4096]) {
		const smallest = {...request, sectorSize, diskSize: minimumDiskSize({...request, sectorSize})};
		const [esp, root] = planLayout(smallest).partitions;
		assert.is(esp?.size, minimumEspSize(request.sizes, sectorSize));
		assert.is(root?.size, minimumRootSize(request.sizes));
		assert.is(refusalOf({...smallest, diskSize: smallest.diskSize - 1}).code, 'too-small');
	}
});

test('has room for what lies below the file system of the root', () => {
	const stacked = {...request, rootOverhead: 16 * MiB + 1};
	const diskSize = minimumDiskSize(stacked);
	assert.is(diskSize, minimumDiskSize(request) + 17 * MiB);
	const [, root] = planLayout({...stacked, diskSize}).partitions;
	assert.is(root?.size, minimumRootSize(request.sizes) + 17 * MiB);
	const size = minimumRootSize(request.sizes);
	const wishes = {...noWishes, root: {size, least: undefined, most: undefined}};
	assert.equal(wishProblems({...request, wishes}), []);
	assert.equal(
		wishProblems({...stacked, wishes}).map(({code}) => code),
		['partition-too-small'],
	);
});

test('says what a disk that is too small would need', () => {
	assert.is(
		refusalOf({...request, diskSize: GiB}).message,
		'the disk is too small: this image needs 1.2 GiB (1309671424 bytes), it has 1.0 GiB (1073741824 bytes)',
	);
});

test('keeps to the ESP that the image sets', () => {
	const withEsp = (espSize: number) => ({
		...request,
		settings: {...request.settings, espSize},
	});
	assert.is(planLayout(withEsp(2 * GiB)).partitions[0]?.size, 2 * GiB);
	const refusal = refusalOf(withEsp(100 * MiB));
	assert.is(refusal.code, 'esp-too-small');
	assert.match(refusal.message, /of 100 MiB was set, this image needs 143 MiB/);
});

test('gives ARM machines their own root type', () => {
	const {partitions} = planLayout({...request, architecture: 'arm64'});
	assert.is(partitions[1]?.type, 'b921b045-1df0-41c3-af44-4c6f280d3fae');
});

test('puts the root behind all others where it is to grow with its disk', () => {
	const wishes = {...noWishes, swapSize: GiB};
	const order = (rootIsLast: boolean) =>
		planLayout({...request, wishes: {...wishes, rootIsLast}}).partitions.map(
			({number, role, start, size}) => [number, role, start / MiB, size / MiB],
		);
	assert.equal(order(false), [
		[1, 'esp', 1, 1024],
		[2, 'root', 1025, 30_718],
		[3, 'swap', 31_743, 1024],
	]);
	assert.equal(order(true), [
		[1, 'esp', 1, 1024],
		[2, 'swap', 1025, 1024],
		[3, 'root', 2049, 30_718],
	]);
});

test.run();
