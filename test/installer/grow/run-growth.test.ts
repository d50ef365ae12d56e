import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed} from '../../../engine/errors.ts';
import {CommandFailed} from '../../../engine/system/commands.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import type {RootFileSystem} from '../../../installer/disk/layout-settings.ts';
import {GiB} from '../../../installer/disk/size.ts';
import {runGrowth} from '../../../installer/grow/run-growth.ts';
import {sampleRoot} from './sample-root.ts';

const test = suite('steps of a growth');

const writable =
	'unshare --mount sh -c mount -o remount,bind,rw "$1" && shift && exec "$@" sh /sysroot';
const commands: Readonly<Record<RootFileSystem, string>> = {
	ext4: 'resize2fs /dev/vda2',
	btrfs: 'btrfs filesystem resize max /sysroot',
	xfs: 'xfs_growfs /sysroot',
};
for (const type of ['ext4', 'btrfs', 'xfs'] as const)
	test(`tell the kernel of the partition, then grow ${type} where it may be written`, async () => {
		const system = fakeSystem({deviceSize: () => ({size: 2 * GiB, sectorSize: 512})});
		const root = sampleRoot({fileSystem: {type}});
		await runGrowth(system, {
			root,
			size: 2 * GiB,
			steps: [{kind: 'partition'}, {kind: 'file-system'}],
		});
		assert.equal(system.commandLines(), [
			'partx --update --nr 2 /dev/vda',
			`${writable} ${commands[type]}`,
		]);
	});

test('unlock an encrypted root once more, and grow the file system on that', async () => {
	const system = fakeSystem();
	const root = sampleRoot({mapping: GiB});
	const steps = [{kind: 'mapping', name: 'slipway-root'}, {kind: 'file-system'}] as const;
	await runGrowth(system, {root, size: 2 * GiB, steps});
	assert.equal(system.commandLines(), [
		'cryptsetup resize --token-only slipway-root',
		`${writable} resize2fs /dev/dm-0`,
	]);
});

test('end before the file system where nobody is there to unlock it', async () => {
	const lines: string[] = [];
	const run = async (command: string, args: readonly string[]): Promise<never> => {
		lines.push([command, ...args].join(' '));
		throw new CommandFailed([command, ...args], {
			...{status: 1, signal: undefined, stderr: 'No usable token.'},
		});
	};
	const steps = [{kind: 'mapping', name: 'slipway-root'}, {kind: 'file-system'}] as const;
	const root = sampleRoot({mapping: GiB});
	await runGrowth(fakeSystem({run}), {root, size: 2 * GiB, steps}).then(
		() => assert.unreachable(),
		(error: unknown) => {
			assert.ok(error instanceof OperationFailed);
			assert.is(error.code, 'mapping-not-grown');
			assert.match(String(error.hint), 'Restart the machine');
		},
	);
	assert.equal(lines, ['cryptsetup resize --token-only slipway-root']);
});

test('end where the kernel does not take the new size', async () => {
	const system = fakeSystem({deviceSize: () => ({size: GiB, sectorSize: 512})});
	await runGrowth(system, {
		root: sampleRoot(),
		size: 2 * GiB,
		steps: [{kind: 'partition'}, {kind: 'file-system'}],
	}).then(
		() => assert.unreachable(),
		(error: unknown) => {
			assert.ok(error instanceof OperationFailed);
			assert.is(
				error.message,
				'the kernel still takes /dev/vda2 to have 1073741824 bytes, not 2147483648',
			);
		},
	);
	assert.equal(system.commandLines(), ['partx --update --nr 2 /dev/vda']);
});

test.run();
