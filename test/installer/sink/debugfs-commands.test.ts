import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Lacking, OperationFailed} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {runDebugfs} from '../../../installer/sink/debugfs.ts';
import {
	mtimeExtra,
	mtimeExtraCommand,
	verityCommands,
	xattrCommand,
} from '../../../installer/sink/debugfs-commands.ts';
import {thrown, thrownBy} from './thrown.ts';

const test = suite('commands for debugfs');

test('a file gets the size of its content and the flags of extents and fs-verity', () => {
	assert.is(
		verityCommands('composefs/objects/ab/cd', 5_000_000_000),
		'sif "/composefs/objects/ab/cd" size 5000000000\nsif "/composefs/objects/ab/cd" flags 0x180000\n',
	);
	assert.is(verityCommands(12, 65), 'sif <12> size 65\nsif <12> flags 0x180000\n');
});

for (const [name, quoted] of [
	['plain', '"/plain"'],
	['two words\tand a tab', '"/two words\tand a tab"'],
	['a "quoted" name', '"/a ""quoted"" name"'],
	['"', '"/"""'],
	['<12>', '"/<12>"'],
	['-f', '"/-f"'],
	['#comment', '"/#comment"'],
	['back\\slash \xff\xfe', '"/back\\slash \xff\xfe"'],
] as const)
	test(`the name ${JSON.stringify(name)} is one argument`, () => {
		assert.is(
			mtimeExtraCommand(name, {mtimeSec: 0, mtimeNsec: 1}),
			`sif ${quoted} mtime_extra 4\n`,
		);
	});

test('an extended attribute takes its value from a file', () => {
	assert.is(
		xattrCommand('a b', 'user.odd "key"', '/tmp/value-0'),
		'ea_set -f /tmp/value-0 "/a b" "user.odd ""key"""\n',
	);
});

for (const name of ['line\nquit', 'line\rquit', 'nul\0', 'n'.repeat(8200)])
	test(`the name ${JSON.stringify(name.slice(0, 12))} is refused before anything is written`, () => {
		const error = thrown(Lacking, () => mtimeExtraCommand(name, {mtimeSec: 0, mtimeNsec: 1}));
		assert.is(error.code, 'unsupported-name');
	});

for (const [what, time, extra] of [
	['now', {mtimeSec: 1_700_000_000, mtimeNsec: 0}, 0],
	['with nanoseconds', {mtimeSec: 1_700_000_000, mtimeNsec: 999_999_999}, 3_999_999_996],
	['before the epoch', {mtimeSec: -1, mtimeNsec: 0}, 0],
	['in 1901', {mtimeSec: -(2 ** 31), mtimeNsec: 0}, 0],
	['the last second of 31 bits', {mtimeSec: 2 ** 31 - 1, mtimeNsec: 0}, 0],
	['one second later', {mtimeSec: 2 ** 31, mtimeNsec: 1}, 5],
	['after 32 bits', {mtimeSec: 2 ** 32, mtimeNsec: 0}, 1],
	['the last that ext4 holds', {mtimeSec: 2 ** 31 - 1 + 3 * 2 ** 32, mtimeNsec: 0}, 3],
] as const)
	test(`a time ${what} has the right upper half`, () => {
		assert.is(mtimeExtra(time), extra);
	});

test('the version on stderr is no error', async () => {
	const system = fakeSystem({}, {debugfs: () => answer('debugfs 1.47.0 (5-Feb-2023)\n')});
	await runDebugfs(system, '/disk?offset=512', 'quit\n');
	assert.equal(system.commandLines(), ['debugfs -w -f - /disk?offset=512']);
});

test('anything else on stderr is one, though debugfs ends well', async () => {
	const words = 'debugfs 1.47.0 (5-Feb-2023)\n/x: File not found by ext2_lookup \n';
	const system = fakeSystem({}, {debugfs: () => answer(words)});
	const error = await thrownBy(OperationFailed, runDebugfs(system, '/disk', ''));
	assert.match(error.message, '/x: File not found by ext2_lookup');
});

function answer(stderr: string) {
	return {status: 0, stdout: '', stderr};
}

test.run();
