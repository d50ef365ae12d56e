import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	editKernelArguments,
	type KernelArgumentEdit,
} from '../../../engine/boot/edit-kernel-arguments.ts';
import {kernelArgumentsFor} from '../../../engine/boot/kernel-arguments.ts';
import {type EngineError, Refused, UsageError} from '../../../engine/errors.ts';
import {lateFile, ownFile, siteFile, sourcesWith} from './argument-sources.ts';

const test = suite('edit kernel arguments');

type Files = Readonly<Record<string, string>>;

/** `add a b` as an edit. */
function edit(text: string): KernelArgumentEdit {
	const [kind, ...words] = text.split(' ');
	return {kind: kind as KernelArgumentEdit['kind'], arguments: words};
}

/** The own file on one line, without its comment; and the arguments that there are then. */
function outcome(files: Files, ...edits: readonly string[]): readonly [string, string] {
	const sources = edits.map(edit).reduce(editKernelArguments, sourcesWith(files));
	const own = sources.machine.find(({path}) => path === ownFile)?.text ?? '';
	return [
		own
			.replace(/^#.*\n/, '')
			.replaceAll(/\s+/g, ' ')
			.trim(),
		kernelArgumentsFor(sources)
			.map(({argument}) => argument)
			.join(' '),
	];
}

const none: Files = {};
const all = 'quiet console=tty0 console=ttyS0';
const edited: readonly (readonly [string, Files, readonly string[], string, string])[] = [
	['adds', none, ['add a b=1'], 'kargs = [ "a", "b=1", ]', `${all} a b=1`],
	['adds several in one word', none, ['add a', 'add b'], 'kargs = [ "a", "b", ]', `${all} a b`],
	['adds nothing that the image sets', none, ['add quiet'], '', all],
	['adds nothing that the installation set', none, ['add console=ttyS0'], '', all],
	['adds nothing twice', none, ['add a', 'add a'], 'kargs = [ "a", ]', `${all} a`],
	[
		'takes away from the image',
		none,
		['remove quiet'],
		'remove = [ "quiet", ]',
		'console=tty0 console=ttyS0',
	],
	[
		'takes away one of several',
		none,
		['remove console=tty0'],
		'remove = [ "console=tty0", ]',
		'quiet console=ttyS0',
	],
	['takes away all of a name', none, ['remove console'], 'remove = [ "console", ]', 'quiet'],
	['takes away nothing that is not there', none, ['remove splash'], '', all],
	[
		'takes away nothing twice',
		none,
		['remove quiet', 'remove quiet'],
		'remove = [ "quiet", ]',
		'console=tty0 console=ttyS0',
	],
	['takes back what it added', none, ['add a b', 'remove a'], 'kargs = [ "b", ]', `${all} b`],
	['has no file for nothing', none, ['add a', 'remove a'], '', all],
	['gives back what it took away, in its place', none, ['remove quiet', 'add quiet'], '', all],
	[
		'gives back one of those that it took away by name',
		none,
		['remove console', 'add console=tty0'],
		'remove = [ "console", ] kargs = [ "console=tty0", ]',
		'quiet console=tty0',
	],
	[
		'takes away what another file set before',
		{[siteFile]: 'kargs = ["site"]'},
		['remove site'],
		'remove = [ "site", ]',
		all,
	],
	[
		'adds what another file took away before',
		{[siteFile]: 'remove = ["quiet"]'},
		['add quiet'],
		'kargs = [ "quiet", ]',
		'console=tty0 console=ttyS0 quiet',
	],
	[
		'keeps what people wrote into its file',
		{[ownFile]: '# mine\nkargs = ["a b"]\n'},
		['add c'],
		'kargs = [ "a", "b", "c", ]',
		`${all} a b c`,
	],
	[
		'replaces all values of a name',
		none,
		['replace console=ttyS1'],
		'remove = [ "console", ] kargs = [ "console=ttyS1", ]',
		'quiet console=ttyS1',
	],
	[
		'replaces one of several',
		none,
		['replace console=ttyS0=ttyS1'],
		'remove = [ "console=ttyS0", ] kargs = [ "console=ttyS1", ]',
		'quiet console=tty0 console=ttyS1',
	],
	[
		'replaces what it added',
		none,
		['add loglevel=3', 'replace loglevel=7'],
		'kargs = [ "loglevel=7", ]',
		`${all} loglevel=7`,
	],
	[
		'replaces nothing by itself',
		none,
		['add loglevel=3', 'replace loglevel=3'],
		'kargs = [ "loglevel=3", ]',
		`${all} loglevel=3`,
	],
	[
		'replaces a value that has an equals sign',
		none,
		['add systemd.setenv=A=1', 'replace systemd.setenv=B=2'],
		'kargs = [ "systemd.setenv=B=2", ]',
		`${all} systemd.setenv=B=2`,
	],
	[
		'finds its way back by replacing',
		none,
		['replace console=tty0=tty1', 'replace console=tty1=tty0'],
		'',
		all,
	],
];
for (const [name, files, edits, own, line] of edited)
	test(`${name}: ${edits.join(', ')}`, () => assert.equal(outcome(files, ...edits), [own, line]));

test('gives the same sources where nothing is to do', () => {
	const sources = sourcesWith({[ownFile]: 'kargs = ["a"]'});
	for (const text of ['add a quiet', 'remove b', 'replace console=tty0=tty0'])
		assert.is(editKernelArguments(sources, edit(text)), sources, text);
});

const refused: readonly (readonly [string, Files, string, string, string])[] = [
	[
		'what a later file sets',
		{[lateFile]: 'kargs = ["late"]'},
		'remove late',
		'argument-overruled',
		`late is set by ${lateFile}`,
	],
	[
		'what a later file takes away',
		{[lateFile]: 'remove = ["a"]'},
		'add a=1',
		'argument-overruled',
		`a=1 is removed by ${lateFile}`,
	],
	[
		'what is not set',
		none,
		'replace loglevel=7',
		'no-such-argument',
		'no kernel argument loglevel is set',
	],
	['no value', none, 'replace quiet', 'usage', 'kargs replace: "quiet" has no value'],
	[
		'what slipway sets',
		none,
		'add a composefs=0',
		'usage',
		'kargs add: composefs= names the image and is set by slipway, expected any other kernel argument',
	],
	[
		'to take away what slipway sets',
		none,
		'remove initrd',
		'usage',
		'kargs remove: initrd= names the initramfs and is set by slipway, expected any other kernel argument',
	],
	[
		'half a quote',
		none,
		'add a="b',
		'usage',
		'kargs add: "a=\\"b" is none, expected a kernel argument',
	],
	[
		'a mistake in a file',
		{[siteFile]: '\nkargs = 1'},
		'add a',
		'usage',
		`${siteFile}, line 2: kargs is not that, expected a list of strings, such as kargs = ["quiet"]`,
	],
];
for (const [name, files, text, code, message] of refused)
	test(`refuses ${name}`, () => {
		try {
			editKernelArguments(sourcesWith(files), edit(text));
			assert.unreachable('did it');
		} catch (error) {
			assert.ok(error instanceof Refused || error instanceof UsageError);
			assert.equal([(error as EngineError).code, error.message], [code, message]);
			assert.ok(code === 'usage' || error.hint);
		}
	});

test.run();
