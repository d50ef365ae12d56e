import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	givenKernelArguments,
	imageKernelArguments,
	readKernelArgumentFiles,
} from '../../../engine/boot/kargs.ts';
import type {KernelArgumentFile} from '../../../engine/boot/kargs-file.ts';
import {UsageError} from '../../../engine/errors.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';

const test = suite('kargs');

const slipway = (name: string, text: string): KernelArgumentFile => ({
	path: `/usr/lib/slipway/kargs.d/${name}`,
	text,
});
const bootc = (name: string, text: string): KernelArgumentFile => ({
	path: `/usr/lib/bootc/kargs.d/${name}`,
	text,
});

test('takes the files of each folder by name, those of bootc first', () => {
	const files = [
		slipway('00-console.toml', 'kargs = ["console=tty0", "console=ttyS0,115200"]'),
		bootc('90-late.toml', 'kargs = ["late"]'),
		bootc('10-early.toml', 'kargs = ["early", "mitigations=auto,nosmt"]'),
	];
	assert.equal(imageKernelArguments(files, 'x86_64'), [
		{argument: 'early', source: '/usr/lib/bootc/kargs.d/10-early.toml'},
		{argument: 'mitigations=auto,nosmt', source: '/usr/lib/bootc/kargs.d/10-early.toml'},
		{argument: 'late', source: '/usr/lib/bootc/kargs.d/90-late.toml'},
		{argument: 'console=tty0', source: '/usr/lib/slipway/kargs.d/00-console.toml'},
		{argument: 'console=ttyS0,115200', source: '/usr/lib/slipway/kargs.d/00-console.toml'},
	]);
});

test('leaves out files for other architectures', () => {
	const files = [
		slipway('a.toml', 'kargs = ["x"]\nmatch-architectures = ["x86_64"]'),
		slipway('b.toml', 'kargs = ["a"]\nmatch-architectures = ["aarch64", "riscv64"]'),
	];
	assert.equal(
		imageKernelArguments(files, 'aarch64').map(({argument}) => argument),
		['a'],
	);
});

test('splits several arguments in one string, but not within quotes', () => {
	assert.equal(
		imageKernelArguments([slipway('a.toml', `kargs = ['a b="c d"']`)], 'x86_64').map(
			({argument}) => argument,
		),
		['a', 'b="c d"'],
	);
});

const at = '/usr/lib/slipway/kargs.d/a.toml';
const mistakes: readonly (readonly [string, string, string])[] = [
	['broken TOML', 'kargs = ["a"]\nkargs = [', `${at}, line 2: `],
	[
		'no list',
		'# quiet boot\nkargs = "quiet"',
		`${at}, line 2: kargs is not that, expected a list of strings, such as kargs = ["quiet"]`,
	],
	[
		'a number',
		'kargs = ["a",\n 3]',
		`${at}, line 1: kargs is not that, expected a list of strings, such as kargs = ["quiet"]`,
	],
	[
		'no kargs',
		'match-architectures = ["x86_64"]',
		`${at}, line 1: no kargs, expected a list of strings, such as kargs = ["quiet"]`,
	],
	[
		'an unknown key',
		'kargs = []\n\nkarg = ["a"]',
		`${at}, line 3: unknown key "karg", expected kargs or match-architectures`,
	],
	[
		'no list of architectures',
		'kargs = []\nmatch-architectures = "x86_64"',
		`${at}, line 2: match-architectures is not that, expected a list of strings, such as match-architectures = ["x86_64"]`,
	],
	[
		'an empty argument',
		'kargs = [\n"a",\n" "]',
		`${at}, line 3: " " is none, expected a kernel argument`,
	],
	[
		'half a quote',
		`kargs = [\n"a",\n'b="c']`,
		`${at}, line 3: "b=\\"c" is none, expected a kernel argument`,
	],
	[
		'a line end within',
		'kargs = ["a\\nb"]',
		`${at}, line 1: "a\\nb" is none, expected a kernel argument`,
	],
	[
		'another root',
		'kargs = [\n "root=/dev/sda1"]',
		`${at}, line 2: root= names the disk and is set by slipway, expected any other kernel argument`,
	],
	[
		'a deployment',
		'kargs = ["quiet slipway=a.0"]',
		`${at}, line 1: slipway= names the deployment and is set by slipway, expected any other kernel argument`,
	],
	[
		'a root file system within quotes',
		`kargs = [\n'dyndbg="file a composefs=?abc +p"']`,
		`${at}, line 2: composefs= names the image and is set by slipway, expected any other kernel argument`,
	],
	[
		'a name that begins with a quote',
		`kargs = ['"initrd=/x y"']`,
		`${at}, line 1: initrd= names the initramfs and is set by slipway, expected any other kernel argument`,
	],
	[
		'a name in single quotes',
		`kargs = ["'root=/dev/sda1'"]`,
		`${at}, line 1: root= names the disk and is set by slipway, expected any other kernel argument`,
	],
];
for (const [name, text, message] of mistakes)
	test(`names file, line and what was expected for ${name}`, () => {
		try {
			imageKernelArguments([slipway('a.toml', text)], 'x86_64');
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, UsageError);
			assert.is((error as UsageError).message.slice(0, message.length), message);
		}
	});

test('takes what only looks like a name of its own', () => {
	const texts = ['rootflags=noatime', 'rootwait', 'slipway.failure=stop', 'a="b xroot=c d.root=e"'];
	assert.equal(
		givenKernelArguments(texts, '--karg').map(({argument}) => argument),
		texts,
	);
});

test('takes arguments of a person under the same rules', () => {
	assert.equal(givenKernelArguments(['quiet', 'a="b c" d'], '--karg'), [
		{argument: 'quiet', source: '--karg'},
		{argument: 'a="b c"', source: '--karg'},
		{argument: 'd', source: '--karg'},
	]);
	const messageOf = (text: string) => {
		try {
			givenKernelArguments([text], '--karg');
		} catch (error) {
			return error instanceof UsageError ? error.message : error;
		}
		return undefined;
	};
	assert.equal(
		[messageOf('root=/dev/sda1'), messageOf(''), messageOf('a\nlinux /other')],
		[
			'--karg: root= names the disk and is set by slipway, expected any other kernel argument',
			'--karg: "" is none, expected a kernel argument',
			'--karg: "a\\nlinux /other" is none, expected a kernel argument',
		],
	);
});

test('reads both folders of an image, and nothing else in them', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'kargs-'));
	try {
		for (const [file, text] of [
			['usr/lib/slipway/kargs.d/b.toml', 'kargs = ["b"]'],
			['usr/lib/slipway/kargs.d/README', 'not TOML'],
			['usr/lib/bootc/kargs.d/a.toml', 'kargs = ["a"]'],
		] as const) {
			mkdirSync(path.join(root, path.dirname(file)), {recursive: true});
			writeFileSync(path.join(root, file), text);
		}
		assert.equal(await readKernelArgumentFiles(new ImageRoot(root)), [
			bootc('a.toml', 'kargs = ["a"]'),
			slipway('b.toml', 'kargs = ["b"]'),
		]);
		assert.equal(await readKernelArgumentFiles(new ImageRoot(path.join(root, 'nothing'))), []);
	} finally {
		rmSync(root, {recursive: true});
	}
});

test.run();
