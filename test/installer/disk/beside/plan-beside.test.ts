/** How disks are shared: which partitions go, where new ones come, which ESP is used. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {ExtraPartition, PartitionSelector} from '../../../../installer/answers/answers.ts';
import {type BesideRequest, planBeside} from '../../../../installer/disk/beside/plan-beside.ts';
import type {FoundPartition} from '../../../../installer/disk/content.ts';
import type {DiskLayout} from '../../../../installer/disk/layout.ts';
import {partitionTypes} from '../../../../installer/disk/partition-types.ts';
import {GiB, MiB} from '../../../../installer/disk/size.ts';
import {noWishes} from '../../../../installer/disk/storage-wishes.ts';
import {type SeededRandom, seededRandom} from '../../../seeded.ts';
import {besideRequest, found, freeSpace, readableBoot, windows} from './shared-disk.ts';

const test = suite('beside other systems');

function layoutOf(request: BesideRequest): DiskLayout {
	const planned = planBeside(request);
	if (planned.kind === 'planned') return planned.layout;
	throw new Error(planned.problems.map(({message}) => message).join('; '));
}

function problemsOf(request: BesideRequest): string[] {
	const planned = planBeside(request);
	return planned.kind === 'planned'
		? []
		: planned.problems.map(({code, message}) => `${code}: ${message}`);
}

/** What is made, in short: number, role, MiB from and MiB long. */
function made({partitions}: DiskLayout): unknown[] {
	return partitions.map(({number, role, start, size}) => [number, role, start / MiB, size / MiB]);
}

const further: ExtraPartition = {
	mountPoint: '/var',
	size: undefined,
	fileSystem: undefined,
	label: undefined,
	options: [],
	encrypted: false,
};

test('puts root and XBOOTLDR into free space beside a small ESP, and keeps all else as it is', () => {
	const layout = layoutOf(besideRequest(windows));
	assert.is(layout.id, 'd15c0000-0000-4000-8000-000000000000');
	assert.equal(made(layout), [
		[5, 'xbootldr', 20_480, 1024],
		[6, 'root', 21_504, 44_031],
	]);
	assert.equal(
		layout.partitions.map(({name, finishedName, type, fileSystem}) => [
			name,
			finishedName,
			type,
			fileSystem.type,
		]),
		[
			['slipway-xbootldr-incomplete', 'slipway-xbootldr', partitionTypes.xbootldr, 'vfat'],
			['slipway-root-incomplete', 'slipway-root', partitionTypes.rootX64, 'ext4'],
		],
	);
	const [esp, ...others] = windows.map(({signature, ...partition}) => partition);
	assert.equal(layout.beside, {
		kept: [
			{...esp, content: 'vfat "EFI system partition"', use: {kind: 'esp'}},
			...others.map((partition, index) => ({
				...partition,
				content: ['no file system', 'NTFS "data3"', 'NTFS "data4"'][index],
			})),
		],
		removed: [],
		deadEntries: [],
	});
});

test('uses an ESP with room for kernels alone, and makes one where there is none', () => {
	const bootPartitions = [readableBoot(1, 300 * MiB)];
	assert.equal(made(layoutOf(besideRequest(windows, {bootPartitions}))), [
		[5, 'root', 20_480, 45_055],
	]);
	const data = [found(1, 1, 999)];
	assert.equal(made(layoutOf(besideRequest(data, {bootPartitions: []}))), [
		[2, 'esp', 1000, 1024],
		[3, 'root', 2024, 63_511],
	]);
});

test('uses an XBOOTLDR that is there, since a disk has one only', () => {
	const xbootldr = found(5, 20_480, 1024, {
		type: partitionTypes.xbootldr,
		signature: {type: 'vfat', label: undefined, uuid: 'BBBB-0001'},
	});
	const bootPartitions = [readableBoot(1, 60 * MiB), readableBoot(5, 900 * MiB, {}, 'xbootldr')];
	const layout = layoutOf(besideRequest([...windows, xbootldr], {bootPartitions}));
	assert.equal(made(layout), [[6, 'root', 21_504, 44_031]]);
	assert.equal(
		layout.beside?.kept.flatMap(({number, use}) => (use ? [[number, use.kind]] : [])),
		[
			[1, 'esp'],
			[5, 'xbootldr'],
		],
	);
});

test('takes the place of partitions that are named, and what is free beside them', () => {
	const share = {...freeSpace, layout: 'partition', replace: [{number: 3}]} as const;
	const layout = layoutOf(besideRequest(windows, {share}));
	// The root takes the entry, so that the first change already names it.
	assert.equal(made(layout), [
		[5, 'xbootldr', 117, 1024],
		[3, 'root', 1141, 18_859],
	]);
	assert.equal(
		layout.beside?.removed.map(({number, content}) => [number, content]),
		[[3, 'NTFS "data3"']],
	);
	const label = {...share, replace: [{label: 'data4'}]};
	assert.equal(made(layoutOf(besideRequest(windows, {share: label})))[1], [
		4,
		'root',
		21_024,
		44_511,
	]);
});

test('replaces nothing for free space', () => {
	const share = {...freeSpace, replace: [{number: 3}]};
	assert.equal(layoutOf(besideRequest(windows, {share})), layoutOf(besideRequest(windows)));
});

test('takes any place where partitions go by their type alone, if there are such', () => {
	const share = {...freeSpace, layout: 'partition', replace: [{type: 'linux'}]} as const;
	const linux = found(5, 20_480, 500, {type: partitionTypes.linux});
	assert.equal(made(layoutOf(besideRequest(windows, {share}))), [
		[5, 'xbootldr', 20_480, 1024],
		[6, 'root', 21_504, 44_031],
	]);
	assert.equal(made(layoutOf(besideRequest([...windows, linux], {share}))), [
		[6, 'xbootldr', 20_480, 1024],
		[5, 'root', 21_504, 44_031],
	]);
});

test('makes swap and further partitions, and the root leaves the rest to one that wants it', () => {
	const wishes = {
		...noWishes,
		swapSize: 2 * GiB,
		further: [{...further, options: ['noatime'], fileSystem: 'xfs' as const}],
	};
	const layout = layoutOf(besideRequest(windows, {wishes}));
	assert.equal(made(layout), [
		[5, 'xbootldr', 20_480, 1024],
		[6, 'root', 21_504, 11_007],
		[7, 'swap', 32_511, 2048],
		[8, 'var', 34_559, 30_976],
	]);
	const {uuid, partition} = {uuid: '', partition: layout.partitions[3]};
	assert.equal(
		{...partition, uuid, fileSystem: partition?.fileSystem.type},
		{
			role: 'var',
			type: partitionTypes.var,
			uuid,
			name: 'slipway-var-incomplete',
			finishedName: 'slipway-var',
			fileSystem: 'xfs',
			mountPoint: '/var',
			mountOptions: ['noatime'],
			number: 8,
			start: 34_559 * MiB,
			size: 30_976 * MiB,
		},
	);
});

const slipway: readonly FoundPartition[] = [
	found(1, 1, 1024, {
		type: partitionTypes.esp,
		name: 'slipway-esp',
		signature: {type: 'vfat', label: undefined, uuid: 'AAAA-0001'},
	}),
	found(2, 1025, 20_000, {
		type: partitionTypes.rootX64,
		name: 'slipway-root',
		signature: {type: 'ext4', label: 'slipway-root', uuid: 'old-root'},
	}),
	found(3, 21_025, 44_000, {
		type: partitionTypes.var,
		name: 'slipway-var',
		signature: {type: 'ext4', label: 'var', uuid: 'old-var'},
	}),
];
const oldEntry = {
	path: 'loader/entries/slipway-0a.1.conf',
	text: 'options root=UUID=old-root rw\n',
};
const reinstall = {
	share: {...freeSpace, layout: 'partition', replace: [{partLabel: 'slipway-root'}]},
	wishes: {
		...noWishes,
		further: [{...further, existing: {partition: {number: 3}, format: false}}],
	},
	bootPartitions: [readableBoot(1, 900 * MiB, {entries: [oldEntry]})],
} as const;

test('reinstalls with /var kept, whose old system is started no more', () => {
	const layout = layoutOf(besideRequest(slipway, reinstall));
	assert.equal(made(layout), [[2, 'root', 1025, 20_000]]);
	assert.equal(layout.beside?.kept[1]?.use, {
		kind: 'mount',
		mountPoint: '/var',
		uuid: 'old-var',
		options: [],
		fileSystem: undefined,
	});
	assert.equal(layout.beside?.deadEntries, [{partition: 1, path: oldEntry.path}]);
});

test('refuses the place of the swap alone that a slipway system wakes up from', () => {
	const swap = found(4, 65_025, 500, {
		type: partitionTypes.swap,
		name: 'slipway-swap',
		signature: {type: 'swap', label: 'swap', uuid: 'old-swap'},
	});
	const entries = [{...oldEntry, text: 'options root=UUID=old-root rw resume=UUID=old-swap\n'}];
	const share = {...freeSpace, layout: 'partition', replace: [{number: 4}]} as const;
	const bootPartitions = [readableBoot(1, 900 * MiB, {entries})];
	assert.equal(problemsOf(besideRequest([...slipway, swap], {share, bootPartitions})), [
		'second-slipway: loader/entries/slipway-0a.1.conf on partition 1 starts another slipway system, with which one disk cannot be shared',
	]);
});

test('takes up what an installation has left that was killed', () => {
	const left = [
		found(5, 20_480, 1024, {name: 'slipway-xbootldr-incomplete', type: partitionTypes.xbootldr}),
		found(6, 21_504, 44_031, {name: 'slipway-root-incomplete'}),
	];
	const once = layoutOf(besideRequest(windows));
	const again = layoutOf(
		besideRequest([...windows, ...left], {
			bootPartitions: [readableBoot(1, 60 * MiB), readableBoot(5, GiB, {}, 'xbootldr')],
		}),
	);
	assert.equal(
		made(again).map((line) => (line as unknown[]).slice(1)),
		made(once).map((line) => (line as unknown[]).slice(1)),
	);
	assert.equal(
		again.beside?.removed.map(({number}) => number),
		[5, 6],
	);
	// One that was begun may have taken what an entry starts, unless that is elsewhere.
	for (const [entry, problem] of [
		[oldEntry, undefined],
		[{...oldEntry, startsElsewhere: true}, 'second-slipway'],
	] as const) {
		const boots = [
			readableBoot(1, 60 * MiB, {entries: [entry]}),
			readableBoot(5, GiB, {}, 'xbootldr'),
		];
		const request = besideRequest([...windows, ...left], {bootPartitions: boots});
		assert.is(problemsOf(request)[0]?.split(':')[0], problem);
	}
	// A run that was to replace a partition may have taken it already.
	const share = {...freeSpace, layout: 'partition', replace: [{label: 'gone'}]} as const;
	assert.equal(problemsOf(besideRequest([...windows, ...left], {share})), []);
	// What it made may be called as what it is to replace.
	const same = {...share, replace: [{label: 'data5'}]};
	const old = found(7, 65_535, 0.5, {signature: {type: 'ext4', label: 'data5', uuid: 'old'}});
	assert.equal(problemsOf(besideRequest([...windows, ...left, old], {share: same})), []);
});

test('leaves alone what has such names, and is started', () => {
	const root = found(5, 20_480, 20_000, {name: 'slipway-root-incomplete'});
	const entries = [{path: 'loader/entries/slipway-0a.1.conf', text: 'options root=UUID=FS-5'}];
	const bootPartitions = [readableBoot(1, 60 * MiB, {entries})];
	assert.equal(problemsOf(besideRequest([...windows, root], {bootPartitions})), [
		'second-slipway: loader/entries/slipway-0a.1.conf on partition 1 starts another slipway system, with which one disk cannot be shared',
	]);
});

test('keeps what somebody names, whatever it is called', () => {
	const data = found(5, 20_480, 1000, {
		type: partitionTypes.linux,
		name: 'slipway-data-incomplete',
		signature: {type: 'ext4', label: 'precious', uuid: 'ours'},
	});
	const keeping = (keep: PartitionSelector, mayReplace = true) =>
		besideRequest([...windows, data], {share: {...freeSpace, keep: [keep], mayReplace}});
	for (const keep of [{number: 5}, {label: 'precious'}, {uuid: 'ours', type: 'linux'}] as const)
		assert.equal(problemsOf(keeping(keep, false)), [
			'replaced-and-kept: partition 5 (ext4 "precious") is to be kept, and is called slipway-data-incomplete as what an installation has left that was killed',
		]);
	const removed = layoutOf(keeping({type: 'linux'})).beside?.removed;
	assert.equal(
		removed?.map(({number}) => number),
		[5],
	);
});

for (const [title, request, problems] of [
	[
		'no room, and says how much there is where',
		besideRequest([...windows, found(5, 20_600, 44_000)]),
		[
			'no-room: 1.2 GiB (1307574272 bytes) in one piece are needed on /dev/sda, and free are 935 MiB at 63 GiB, 120 MiB at 20 GiB',
		],
	],
	[
		'partitions that are not there, are the ESP, or are to be kept',
		besideRequest(windows, {
			share: {
				layout: 'partition',
				replace: [{number: 9}, {number: 1}, {path: '/dev/sda4'}],
				keep: [{uuid: 'fs-4'}],
				mayReplace: true,
			},
		}),
		[
			'no-such-partition: /dev/sda has no partition 9: it has 1 (vfat "EFI system partition"), 2 (no file system), 3 (NTFS "data3"), 4 (NTFS "data4")',
			'replaces-esp: partition 1 (vfat "EFI system partition") is the ESP, which others start from',
			'replaced-and-kept: partition 4 (NTFS "data4") is to be both replaced and kept',
			'xbootldr-without-esp',
		],
	],
	[
		'a name that several partitions have, unless they go by their type',
		besideRequest([...windows, found(5, 20_480, 1000, {name: 'Basic data partition'})], {
			share: {
				...freeSpace,
				layout: 'partition',
				replace: [{partLabel: 'Basic data partition'}, {type: 'linux'}],
			},
		}),
		[
			'several-partitions: partition name "Basic data partition" is to be replaced, and /dev/sda has 2 of it: 3 (NTFS "data3"), 5 (NTFS "data5")',
		],
	],
	[
		'data of whom nobody asked',
		besideRequest(windows, {
			share: {layout: 'partition', replace: [{number: 3}], keep: [], mayReplace: false},
		}),
		['holds-data: partition 3 (NTFS "data3") holds data, and the configuration was only found'],
	],
	[
		'to format what nobody asked for',
		besideRequest(windows, {
			share: {...freeSpace, mayReplace: false},
			wishes: {
				...noWishes,
				further: [{...further, existing: {partition: {number: 3}, format: true}}],
			},
		}),
		['holds-data: partition 3 (NTFS "data3") holds data, and the configuration was only found'],
	],
	[
		'to format what is to be kept',
		besideRequest(windows, {
			share: {...freeSpace, keep: [{label: 'data3'}]},
			wishes: {
				...noWishes,
				further: [{...further, existing: {partition: {number: 3}, format: true}}],
			},
		}),
		[
			'formatted-and-kept: partition 3 (NTFS "data3", 19 GiB) is for /var, and is to be both formatted and kept',
		],
	],
	[
		'a mount point for what others start from',
		besideRequest([...windows, found(5, 20_480, 500, {type: partitionTypes.xbootldr})], {
			wishes: {
				...noWishes,
				further: [1, 2, 5].map((number) => ({
					...further,
					mountPoint: `/var/${number}`,
					existing: {partition: {number}, format: true},
				})),
			},
		}),
		[
			'system-partition: partition 1 (vfat "EFI system partition", 100 MiB) cannot be for /var/1: its type is EFI system partition',
			'system-partition: partition 2 (no file system, 16 MiB) cannot be for /var/2: its type is Microsoft reserved',
			'system-partition: partition 5 (NTFS "data5", 500 MiB) cannot be for /var/5: its type is extended boot loader partition',
		],
	],
	[
		'an ESP that is full',
		besideRequest(windows, {bootPartitions: [readableBoot(1, MiB)]}),
		['boot-partition-full: partition 1, the ESP, has 1.0 MiB free, and 2.0 MiB are needed'],
	],
	[
		'an ESP that cannot be read',
		besideRequest(windows, {
			bootPartitions: [
				{number: 1, kind: 'esp', state: {kind: 'unreadable', why: 'it holds ntfs, not FAT'}},
			],
		}),
		['boot-partition-unreadable: partition 1, the ESP, cannot be used: it holds ntfs, not FAT'],
	],
	[
		'a table without enough entries',
		besideRequest(
			Array.from({length: 127}, (_, index) => found(index + 1, 1 + index, 1)),
			{bootPartitions: []},
		),
		['too-many-partitions: 2 partitions are to be made, and the table of /dev/sda has room for 1'],
	],
	[
		'file systems that cannot be mounted, twice, or gone',
		besideRequest(windows, {
			share: {layout: 'partition', replace: [{number: 4}], keep: [], mayReplace: true},
			wishes: {
				...noWishes,
				further: [
					{...further, existing: {partition: {number: 3}, format: false}},
					{...further, mountPoint: '/var/a', existing: {partition: {number: 4}, format: true}},
					{...further, mountPoint: '/var/b', existing: {partition: {number: 7}, format: true}},
				],
			},
		}),
		[
			'no-file-system: partition 3 (NTFS "data3", 19 GiB) cannot be mounted on /var as it is',
			'replaced-and-kept: partition 4 (NTFS "data4", 480 MiB) is for /var/a, and is to be replaced',
			'no-such-partition: /var/b is to be on partition 7, of which the disk has none',
		],
	],
] as const)
	test(`refuses ${title}`, () => {
		const expected = problems.filter((problem) => problem !== 'xbootldr-without-esp');
		assert.equal(problemsOf(request), expected);
	});

test('refuses a disk of a system that is hibernated, unless what it would wake from goes', () => {
	const swap = found(5, 20_480, 1000, {
		type: partitionTypes.swap,
		signature: {type: 'swsuspend', label: 'debian-swap', uuid: 'swap'},
	});
	assert.equal(problemsOf(besideRequest([...windows, swap])), [
		'hibernated: partition 5 (hibernated swap "debian-swap") holds a system that was hibernated and would write over what is changed meanwhile',
	]);
	const share = {...freeSpace, layout: 'partition', replace: [{number: 5}]} as const;
	assert.equal(problemsOf(besideRequest([...windows, swap], {share})), []);
});

test('refuses an MBR, and what has no table', () => {
	const {disk} = besideRequest(windows);
	const {content} = disk;
	const table = {...content.table, label: 'dos', id: '', sectorSize: 512, partitions: []};
	for (const [changed, code] of [
		[{...content, table}, 'mbr'],
		[{...content, table: undefined}, 'no-table'],
		[{...content, signatures: [{type: 'iso9660', label: 'x', uuid: 'y'}]}, 'no-table'],
	] as const) {
		const request = besideRequest(windows, {disk: {...disk, content: changed}});
		assert.match(problemsOf(request)[0] ?? '', `${code}: /dev/sda has `);
	}
});

/** Partitions at random places that do not overlap, numbered in any order. */
function randomPartitions(random: SeededRandom, diskMiB: number): FoundPartition[] {
	const partitions: FoundPartition[] = [];
	const numbers = Array.from({length: 20}, (_, index) => index + 1);
	for (let at = 1; at < diskMiB - 3000 && partitions.length < 12; ) {
		const [number = 1] = numbers.splice(random.below(numbers.length), 1);
		const size = random.between(1, 4000);
		partitions.push(found(number, at, Math.min(size, diskMiB - 2 - at)));
		at += size + random.pick([0, 0, 1, 500, 2500, 6000]);
	}
	return partitions.toSorted((a, b) => a.number - b.number);
}

test('never overlaps what stays, and never moves it, whatever the disk', () => {
	const random = seededRandom(4);
	const seen = {planned: 0, refused: 0};
	for (let round = 0; round < 300; round++) {
		const diskSize = random.between(8, 40) * GiB;
		const partitions = randomPartitions(random, diskSize / MiB);
		const isReplacing = random.below(2) === 0;
		const replace = isReplacing
			? [{number: random.pick(partitions).number}, {number: random.pick(partitions).number}]
			: [];
		const layout = isReplacing ? 'partition' : 'free-space';
		const share = {...freeSpace, layout, replace} as const;
		const wishes = {
			...noWishes,
			swapSize: random.pick([undefined, GiB]),
			further: random.pick([[], [further]]),
		};
		const request = besideRequest(partitions, {share, wishes, bootPartitions: []}, diskSize);
		const planned = planBeside(request);
		seen[planned.kind]++;
		if (planned.kind === 'refused') continue;
		const {beside, partitions: fresh} = planned.layout;
		const removed = new Set(replace.map(({number}) => number));
		assert.equal(
			beside?.kept.map(({content, use, ...partition}) => partition),
			partitions
				.filter(({number}) => !removed.has(number))
				.map(({signature, ...partition}) => partition),
		);
		const all = [...(beside?.kept ?? []), ...fresh].toSorted((a, b) => a.start - b.start);
		assert.is(new Set(all.map(({number}) => number)).size, all.length);
		for (const [index, {start, size}] of all.entries())
			assert.ok(start + size <= (all[index + 1]?.start ?? diskSize - 33 * 512));
		for (const {start, size} of fresh) assert.is((start % MiB) | (size % MiB), 0);
	}
	assert.ok(seen.planned > 50 && seen.refused > 5, JSON.stringify(seen));
});

test.run();
