import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	formatCommandLine,
	parseCommandLine,
	rootUuidOf,
	splitCommandLine,
} from '../../../engine/boot/command-line.ts';

const test = suite('command line');
const deployment = {
	deploymentId: '3f2a9c1b4d5e.0',
	imageVerityDigest: 'ab'.repeat(32),
	verityRequired: true,
};

test('names the root file system, the image and the deployment', () => {
	assert.is(
		formatCommandLine(deployment, {rootUuid: '6d1a-22', kernelArguments: ['quiet', 'a="b c"']}),
		`root=UUID=6d1a-22 rw composefs=${'ab'.repeat(32)} slipway=3f2a9c1b4d5e.0 quiet a="b c"`,
	);
});

test('marks an image that need not have fs-verity', () => {
	const line = formatCommandLine(
		{...deployment, verityRequired: false},
		{rootUuid: '1', kernelArguments: []},
	);
	assert.is(line, `root=UUID=1 rw composefs=?${'ab'.repeat(32)} slipway=3f2a9c1b4d5e.0`);
});

test('finds the deployment on the command line of a running kernel', () => {
	for (const verityRequired of [true, false]) {
		const wanted = {...deployment, verityRequired};
		const line = formatCommandLine(wanted, {rootUuid: '1', kernelArguments: ['quiet']});
		assert.equal(parseCommandLine(`initrd=\\EFI\\Linux\\x ${line}\n`), wanted);
	}
});

for (const line of [
	'',
	'root=/dev/sda1 ro quiet',
	'slipway=3f2a9c1b4d5e.0',
	'composefs=abcd',
	'slipway= composefs=abcd',
	'slipway=3f2a9c1b4d5e.0 composefs=nonsense',
	'notslipway=3f2a9c1b4d5e.0 composefs=abcd',
	'x="slipway=3f2a9c1b4d5e.0 composefs=abcd"',
])
	test(`finds no deployment in ${JSON.stringify(line)}`, () =>
		assert.is(parseCommandLine(line), undefined));

const roots: readonly (readonly [string, string | undefined])[] = [
	['root=UUID=6d1a-22 rw quiet', '6d1a-22'],
	['initrd=\\EFI\\x root=UUID=1 root=UUID=2\n', '2'],
	['root=UUID=1 root=/dev/sda1', undefined],
	['root=UUID=', undefined],
	['xroot=UUID=1 a="root=UUID=1"', undefined],
	['', undefined],
];
for (const [line, uuid] of roots)
	test(`starts from ${uuid ?? 'no known file system'} with ${JSON.stringify(line)}`, () =>
		assert.is(rootUuidOf(line), uuid));

test('splits at spaces outside of quotes, as the kernel does', () => {
	assert.equal(splitCommandLine(' a  b="c d" "e f"\tg="h'), ['a', 'b="c d"', '"e f"', 'g="h']);
});

test.run();
