import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type KernelArgumentSettings,
	parseKernelArgumentFile,
} from '../../../engine/boot/kargs-file.ts';
import {UsageError} from '../../../engine/errors.ts';

const test = suite('file of kernel arguments of the machine');

const at = '/etc/slipway/kargs.d/10-site.toml';
const parse = (text: string, kind: 'image' | 'machine' = 'machine') =>
	parseKernelArgumentFile({path: at, text}, kind, 'x86_64');

const taken: readonly (readonly [string, string, Omit<KernelArgumentSettings, 'source'>])[] = [
	['arguments', 'kargs = ["a", "b=\\"c d\\""]', {add: ['a', 'b="c d"'], remove: []}],
	[
		'what to take away',
		'remove = ["quiet", "console=tty0"]',
		{add: [], remove: ['quiet', 'console=tty0']},
	],
	[
		'several in one string',
		"kargs = ['a b']\nremove = ['c d']",
		{add: ['a', 'b'], remove: ['c', 'd']},
	],
	['nothing but a comment', '# kargs = ["a"]\n', {add: [], remove: []}],
	[
		'nothing for another architecture',
		'kargs = ["a"]\nremove = ["b"]\nmatch-architectures = ["aarch64"]',
		{add: [], remove: []},
	],
];
for (const [name, text, expected] of taken)
	test(`says ${name}`, () => assert.equal(parse(text), {source: at, ...expected}));

const mistakes: readonly (readonly [string, string, string])[] = [
	['broken TOML', 'kargs = ["a"]\nremove = [', `${at}, line 2: `],
	[
		'no list to take away',
		'kargs = ["a"]\n\nremove = "quiet"',
		`${at}, line 3: remove is not that, expected a list of strings, such as remove = ["quiet"]`,
	],
	[
		'an unknown key',
		'kargs = []\ndelete = ["a"]',
		`${at}, line 2: unknown key "delete", expected kargs, remove or match-architectures`,
	],
	[
		'what slipway sets, to be taken away',
		'remove = [\n "a",\n "root",\n]',
		`${at}, line 3: root= names the disk and is set by slipway, expected any other kernel argument`,
	],
	[
		'nothing to take away',
		'remove = [""]',
		`${at}, line 1: "" is none, expected a kernel argument`,
	],
];
for (const [name, text, message] of mistakes)
	test(`names file, line and what was expected for ${name}`, () => {
		try {
			parse(text);
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, UsageError);
			assert.is((error as UsageError).message.slice(0, message.length), message);
			assert.is((error as UsageError).hint, `Correct ${at}.`);
		}
	});

test('takes nothing away in an image', () => {
	assert.throws(
		() => parse('kargs = ["a"]\nremove = ["b"]', 'image'),
		/line 2: unknown key "remove", expected kargs or match-architectures$/,
	);
});

test.run();
