import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../../engine/errors.ts';
import type {SettingsFile} from '../../../engine/settings-file.ts';
import {defaultLayoutSettings, layoutSettings} from '../../../installer/disk/layout-settings.ts';
import {MiB} from '../../../installer/disk/size.ts';

const test = suite('layout settings');
const own = (text: string): SettingsFile => ({path: '/usr/lib/slipway/install.toml', text});
const bootc = (name: string, text: string): SettingsFile => ({
	path: `/usr/lib/bootc/install/${name}`,
	text,
});

function mistakeOf(file: SettingsFile, others: readonly SettingsFile[] = []): string {
	try {
		layoutSettings(file, others, 'x86_64');
	} catch (error) {
		if (error instanceof UsageError) return error.message;
		throw error;
	}
	return 'none';
}

test('are ext4 and a default ESP when the image says nothing', () => {
	assert.equal(layoutSettings(undefined, [], 'x86_64'), {
		rootFileSystem: 'ext4',
		espSize: undefined,
	});
	assert.equal(layoutSettings(own('# nothing\n'), [], 'x86_64'), defaultLayoutSettings);
});

test('are what the image says', () => {
	assert.equal(layoutSettings(own('root-fs = "btrfs"\nesp-size = "512 MiB"\n'), [], 'x86_64'), {
		rootFileSystem: 'btrfs',
		espSize: 512 * MiB,
	});
});

test("are bootc's where slipway's say nothing, the last file by name winning", () => {
	const files = [
		bootc(
			'50-derived.toml',
			'[install.filesystem.root]\ntype = "xfs"\n[install]\nkargs = ["quiet"]\n',
		),
		bootc('00-base.toml', '[install]\nfilesystem = {root = {type = "ext4"}}\n'),
	];
	assert.is(layoutSettings(undefined, files, 'x86_64').rootFileSystem, 'xfs');
	assert.is(layoutSettings(own('root-fs = "btrfs"'), files, 'x86_64').rootFileSystem, 'btrfs');
	assert.is(layoutSettings(own('esp-size = "1 GiB"'), files, 'x86_64').rootFileSystem, 'xfs');
});

test("leave out bootc's files for other architectures", () => {
	const file = bootc(
		'arm.toml',
		'[install]\nmatch-architectures = ["aarch64"]\n[install.filesystem.root]\ntype = "xfs"\n',
	);
	assert.is(layoutSettings(undefined, [file], 'x86_64').rootFileSystem, 'ext4');
	assert.is(layoutSettings(undefined, [file], 'aarch64').rootFileSystem, 'xfs');
});

test('with a mistake are refused with file, line and what was expected', () => {
	const cases: readonly (readonly [text: string, message: string])[] = [
		['\nroot-fs = "zfs"', 'line 2: root-fs is "zfs", expected "ext4", "btrfs", "xfs"'],
		['root_fs = "ext4"', 'line 1: unknown key "root_fs", expected root-fs or esp-size'],
		[
			'# c\n\nesp-size = 512',
			'line 3: esp-size is 512, expected a size with its unit, such as "512 MiB" or "1 GiB", at least 64 MiB',
		],
		[
			'esp-size = "1 MiB"',
			'line 1: esp-size is "1 MiB", expected a size with its unit, such as "512 MiB" or "1 GiB", at least 64 MiB',
		],
		['root-fs = ["ext4"]', 'line 1: root-fs is ["ext4"], expected "ext4", "btrfs", "xfs"'],
		['root-fs = = 1', 'line 1: invalid value, expected TOML'],
		['[disk]\nsize = 1', 'line 1: unknown key "disk", expected root-fs or esp-size'],
	];
	for (const [text, message] of cases) {
		assert.is(mistakeOf(own(text)), `/usr/lib/slipway/install.toml, ${message}`);
	}
});

test('tell all their mistakes at once', () => {
	assert.is(
		mistakeOf(own('a = 1\nroot-fs = true'), [
			bootc('x.toml', '[install.filesystem]\nroot.type = "zfs"'),
		]),
		[
			'/usr/lib/bootc/install/x.toml, line 2: the root\'s type is "zfs", expected "ext4", "btrfs", "xfs"',
			'/usr/lib/slipway/install.toml, line 1: unknown key "a", expected root-fs or esp-size',
			'/usr/lib/slipway/install.toml, line 2: root-fs is true, expected "ext4", "btrfs", "xfs"',
		].join('; '),
	);
});

test.run();
