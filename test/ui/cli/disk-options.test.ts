import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../../engine/errors.ts';
import {parseArguments} from '../../../ui/cli/arguments.ts';
import type {Arguments} from '../../../ui/cli/command.ts';
import {diskOptions, readDiskOptions} from '../../../ui/cli/disk-options.ts';
import {checkRunsInImage} from '../../../ui/cli/disk-source.ts';
import {slipway} from './run-program.ts';

const test = suite('options of slipway disk');

type Given = Arguments<typeof diskOptions, Record<never, never>>['options'];

function read(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
	const grammar = {name: 'disk', options: diskOptions, positionals: {}};
	const options: unknown = parseArguments(grammar, words).options;
	return readDiskOptions(options as Given, env);
}

/** All that is said against them. */
function mistakes(words: string, env?: NodeJS.ProcessEnv): string[] {
	try {
		read(words.split(' '), env);
		return [];
	} catch (error) {
		if (!(error instanceof EngineError)) throw error;
		return error.message.split('; ');
	}
}

test('are read', () => {
	const {formats, size, rootFileSystem, time, sectorSize} = read(
		['--format=raw', '--size=3GiB', '--root-fs=btrfs', '--sector-size=4096'],
		{SOURCE_DATE_EPOCH: '1700000000'},
	);
	assert.equal(
		[formats.disk, size, rootFileSystem, time?.getTime(), sectorSize],
		[['raw'], 3 * 2 ** 30, 'btrfs', 1.7e12, 4096],
	);
});

test('are refused all at once', () => {
	assert.equal(
		mistakes(
			'--format=raw,raw --size=3 --karg=composefs=x --karg=root=y --name=a/b --lenient --sector-size=4096 --firmware=bios',
			{SOURCE_DATE_EPOCH: 'soon'},
		),
		[
			'format raw is listed twice',
			'--size 3 is no size',
			'SOURCE_DATE_EPOCH=soon is no time that a disk can have',
			'disk --karg: composefs= names the image and is set by slipway, expected any other kernel argument',
			'disk --karg: root= names the disk and is set by slipway, expected any other kernel argument',
			'--lenient is given without --config',
			'--sector-size 4096 is given with --firmware bios, and no BIOS starts such a disk',
			'--name "a/b" cannot be the name of a file here',
		],
	);
});

test('are refused where a format would leave them out', () => {
	const table: readonly (readonly [string, readonly string[]])[] = [
		['--format=qcow2,raw --uncompressed', []],
		['--format=vmdk,ova --uncompressed', ['vmdk is always compressed', 'ova is always compressed']],
		[
			'--format=gce,vpc --sector-size=4096 --size=1025MiB',
			[
				'a disk with sectors of 4096 bytes cannot be written as vpc',
				'a disk of 1074790400 bytes cannot be written as gce',
				'a disk with sectors of 4096 bytes cannot be written as gce',
			],
		],
		['--format=iso,pxe --name=a --seed=b', []],
		[
			'--format=pxe --name=a --seed=b',
			['--name is given, and pxe cannot have it', '--seed is given, and pxe cannot have it'],
		],
		[
			'--format=iso --size=3GiB --root-fs=xfs --hostname=a',
			[
				'--size is given, and iso cannot have it',
				'--root-fs is given, and iso cannot have it',
				'--hostname is given, and iso cannot have it',
			],
		],
		['--format=raw --size=100TiB', ['--size 100TiB is more than a file can have here']],
		['--format=raw --size=1000001kB', ['--size 1000001kB ends within a MiB']],
		[
			'--format=raw --root-fs=xfs --file-system=xfs',
			['--file-system and --root-fs are given, which are the same'],
		],
	];
	for (const [words, expected] of table) assert.equal(mistakes(words), expected, words);
});

test('have each hint on a line of its own', () => {
	const {status, stderr} = slipway(['disk', '--format=vhd', '--size=3G', '/out']);
	assert.is(status, 2);
	assert.equal(stderr.split('\n').slice(0, 2), [
		'slipway: there is no format vhd; --size 3G is no size',
		'  hint: Did you mean vpc?',
	]);
	assert.match(stderr, /\n {2}hint: Write "3 GiB"\./);
});

test('need an image, and files that are not there yet', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-disk-'));
	try {
		assert.throws(
			() => checkRunsInImage(path.join(folder, 'none')),
			(error: EngineError) => error.code === 'no-image' && /--source/.test(error.hint ?? ''),
		);
		writeFileSync(path.join(folder, 'os.manifest.json'), '');
		const words = ['disk', '--quiet', '--source=oci:/nowhere', '--format=raw', '--name=os', folder];
		const {status, stderr} = slipway(words);
		assert.is(status, 3);
		assert.match(stderr, `slipway: ${folder}/os.manifest.json is there already\n  hint: `);
		assert.equal(readdirSync(folder), ['os.manifest.json']);
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test.run();
