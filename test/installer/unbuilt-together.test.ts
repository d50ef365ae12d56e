/** What of storage cannot be asked for together. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type ExtraPartition,
	noAnswers,
	type StorageAnswers,
} from '../../installer/answers/answers.ts';
import {refusalsOfUnbuilt, unbuiltKeys} from '../../installer/unbuilt-together.ts';

const test = suite('storage that nobody has built together');

const storageOf = (changes: Partial<StorageAnswers>): StorageAnswers => ({
	...noAnswers.storage,
	...changes,
});
const encryption = {passphrase: undefined, tpm2: undefined, recoveryKeyPath: undefined};
const data: ExtraPartition = {
	mountPoint: '/var/data',
	size: undefined,
	fileSystem: undefined,
	label: undefined,
	options: [],
	encrypted: false,
};
const partition = {number: 3};

const sharedMirror =
	'disks that are shared with other systems cannot be mirrored yet (storage.mirror together with storage.layout)';
const mirrorAndSwap =
	'a machine with a mirrored root cannot have a swap partition yet (storage.mirror together with storage.swap)';
const mirrorAndData =
	'the root is mirrored alone, and a partition for /var/data cannot be yet (storage.mirror together with storage.extra)';
const bareSwap =
	'a swap partition cannot be encrypted yet, and would hold what the root keeps secret (storage.encryption together with storage.swap)';
const bareData =
	'the root is encrypted alone, and a new file system for /var/data cannot be yet (storage.encryption together with storage.extra)';

for (const [changes, onOne, onSeveral] of [
	[{}, [], []],
	[{layout: 'disk', swap: 'zram', rootSize: 1}, [], []],
	[{layout: 'free-space'}, [], [sharedMirror]],
	[{layout: 'partition', replace: [partition]}, [], [sharedMirror]],
	[{replace: [{type: 'linux'}]}, [], [sharedMirror]],
	[{layout: 'disk', replace: [partition]}, [], []],
	[{swap: 'none'}, [], []],
	[{swap: {size: 1}}, [], [mirrorAndSwap]],
	[{partitions: [data], swap: 'recommended'}, [], [mirrorAndSwap, mirrorAndData]],
	[{encryption}, [], []],
	[{encryption, layout: 'free-space'}, [], [sharedMirror]],
	[{encryption, swap: 'zram'}, [], []],
	[{encryption, swap: 'hibernation'}, [bareSwap], [mirrorAndSwap, bareSwap]],
	[{encryption, partitions: [data]}, [bareData], [mirrorAndData, bareData]],
	[
		{encryption, partitions: [{...data, existing: {partition, format: true}}]},
		[bareData],
		[mirrorAndData, bareData],
	],
	[
		{encryption, partitions: [{...data, existing: {partition, format: false}}]},
		[],
		[mirrorAndData],
	],
	// Refused for itself.
	[{encryption, partitions: [{...data, encrypted: true}]}, [], [mirrorAndData]],
] as const satisfies readonly (readonly [Partial<StorageAnswers>, string[], string[]])[]) {
	test(`is refused by name: ${JSON.stringify(changes)}`, () => {
		for (const [isMirrored, expected] of [
			[false, onOne],
			[true, onSeveral],
		] as const) {
			const refusals = refusalsOfUnbuilt(storageOf(changes), isMirrored);
			assert.equal(
				refusals.map(({message}) => message),
				expected,
			);
			assert.ok(refusals.every(({code, hint}) => code === 'cannot-yet' && hint !== undefined));
		}
	});
}

test('is told by its keys in a configuration', () => {
	const mirror = [
		{path: '/dev/sda', pick: 'only'},
		{path: '/dev/sdb', pick: 'only'},
	] as const;
	assert.equal(unbuiltKeys(storageOf({layout: 'free-space'})), []);
	assert.equal(unbuiltKeys(storageOf({mirror, layout: 'free-space', swap: {size: 1}})), [
		'storage.mirror together with storage.layout',
		'storage.mirror together with storage.swap',
	]);
});

test.run();
