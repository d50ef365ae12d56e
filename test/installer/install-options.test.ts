import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../engine/errors.ts';
import {noAnswers} from '../../installer/answers/answers.ts';
import {checkSettings, type InstallOptions} from '../../installer/install-options.ts';

const test = suite('options of an install');

const options: InstallOptions = {
	disk: '/dev/sda',
	mirror: [],
	wipe: false,
	targetImage: undefined,
	rootFileSystem: undefined,
	espSize: undefined,
	configKernelArguments: [],
	kernelArguments: [],
	answers: noAnswers,
	showsRecoveryKey: false,
	dryRun: false,
	signal: new AbortController().signal,
};

test('say nothing when nothing is given', () => {
	assert.equal(checkSettings(options), {targetImage: undefined, kernelArguments: []});
});

test('give the reference in full, and arguments with where they come from', () => {
	assert.equal(
		checkSettings({
			...options,
			targetImage: 'docker://registry.example.com/myos',
			configKernelArguments: ['panic=30'],
			kernelArguments: ['quiet splash'],
		}),
		{
			targetImage: 'registry.example.com/myos:latest',
			kernelArguments: [
				{argument: 'panic=30', source: 'install --config'},
				{argument: 'quiet', source: 'install --karg'},
				{argument: 'splash', source: 'install --karg'},
			],
		},
	);
});

for (const [name, wrong, message] of [
	[
		'a reference without a registry',
		{targetImage: 'myos'},
		'"myos" is not an image reference: it names no registry',
	],
	[
		"slipway's own kernel arguments",
		{kernelArguments: ['composefs=00']},
		'install --karg: composefs= names the image and is set by slipway, expected any other kernel argument',
	],
] as const)
	test(`are refused at once with ${name}`, () => {
		assert.throws(
			() => checkSettings({...options, ...wrong}),
			(error: unknown) => error instanceof UsageError && error.message === message,
		);
	});

test.run();
