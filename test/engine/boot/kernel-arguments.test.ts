import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {kernelArgumentsFor, ownerOfArgument} from '../../../engine/boot/kernel-arguments.ts';
import {UsageError} from '../../../engine/errors.ts';
import {imageFile, lateFile, ownFile, siteFile, sourcesWith} from './argument-sources.ts';

const test = suite('kernel arguments');

const inShort = (sources: ReturnType<typeof sourcesWith>): string =>
	kernelArgumentsFor(sources)
		.map(({argument}) => argument)
		.join(' ');

test('are the image’s, those of the installation, and the machine’s, each with its source', () => {
	const sources = sourcesWith({
		[lateFile]: 'kargs = ["late"]',
		[siteFile]: 'kargs = ["site"]',
		[ownFile]: 'kargs = ["own"]',
	});
	assert.equal(kernelArgumentsFor(sources), [
		{argument: 'quiet', source: imageFile},
		{argument: 'console=tty0', source: imageFile},
		{argument: 'console=ttyS0', source: 'install --karg'},
		{argument: 'site', source: siteFile},
		{argument: 'own', source: ownFile},
		{argument: 'late', source: lateFile},
	]);
	assert.equal(kernelArgumentsFor(sources).map(ownerOfArgument), [
		'image',
		'image',
		'install',
		'machine',
		'machine',
		'machine',
	]);
});

const merges: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
	['nothing of its own', {}, 'quiet console=tty0 console=ttyS0'],
	['one of the image taken away', {[siteFile]: 'remove = ["quiet"]'}, 'console=tty0 console=ttyS0'],
	[
		'one of the installation taken away',
		{[siteFile]: 'remove = ["console=ttyS0"]'},
		'quiet console=tty0',
	],
	['all of a name taken away', {[siteFile]: 'remove = ["console"]'}, 'quiet'],
	[
		'another value in their place',
		{[siteFile]: 'kargs = ["console=ttyS1"]\nremove = ["console"]'},
		'quiet console=ttyS1',
	],
	[
		'one file that takes away what another one before it set',
		{[siteFile]: 'kargs = ["a", "b"]', [ownFile]: 'remove = ["a"]'},
		'quiet console=tty0 console=ttyS0 b',
	],
	[
		'one file that sets again what another one before it took away',
		{[siteFile]: 'remove = ["quiet"]', [ownFile]: 'kargs = ["quiet"]'},
		'console=tty0 console=ttyS0 quiet',
	],
	[
		'what nobody sets taken away',
		{[siteFile]: 'remove = ["splash"]'},
		'quiet console=tty0 console=ttyS0',
	],
	[
		'one that is there repeated to be last',
		{[siteFile]: 'kargs = ["console=tty0"]'},
		'quiet console=tty0 console=ttyS0 console=tty0',
	],
];
for (const [name, machine, expected] of merges)
	test(`of a machine with ${name}`, () => assert.is(inShort(sourcesWith(machine)), expected));

test('follow a new image, while what the machine changed stays', () => {
	const machine = {[siteFile]: 'kargs = ["site"]\nremove = ["quiet"]'};
	assert.is(inShort(sourcesWith(machine, 'kargs = ["quiet", "new"]')), 'new console=ttyS0 site');
});

test('stop at a mistake in any file', () => {
	for (const [file, text] of [
		[siteFile, 'kargs = "a"'],
		[ownFile, 'remove = [1]'],
	] as const)
		try {
			kernelArgumentsFor(sourcesWith({[file]: text}));
			assert.unreachable('took it');
		} catch (error) {
			assert.instance(error, UsageError);
			assert.ok((error as Error).message.startsWith(`${file}, line 1: `));
		}
});

test.run();
