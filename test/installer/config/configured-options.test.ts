import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import {type Answers, noAnswers} from '../../../installer/answers/answers.ts';
import {configuredOptions} from '../../../installer/config/configured-options.ts';
import {readConfig} from '../../../installer/config/read-config.ts';
import {unsupportedAnswers} from '../../../installer/config/unsupported-answers.ts';
import {fullConfig} from './sample-configs.ts';

const test = suite('options of an install by a configuration');

const nothing = {
	wipe: false,
	targetImage: undefined,
	rootFileSystem: undefined,
	kernelArguments: [],
	showsRecoveryKey: false,
} as const;
const named = {
	origin: 'named',
	permits: {kernelArgument: false, embedded: false},
	machine: {serial: undefined, dmiUuid: undefined, macs: []},
} as const;

function answersOf(text: string): Answers {
	const {answers, mistakes} = readConfig(`version = 1\n${text}`, 'a.toml');
	assert.equal(mistakes, []);
	return answers;
}

const supported = answersOf(`disk = {serial = "a"}
unattended = true
[storage]
layout = "disk"
wipe = true
filesystem = "xfs"
esp.size = "1 GiB"
swap = "none"
[image]
target = "registry.example.com/a:1"
[boot]
kargs = ["quiet"]
`);

test('are those of the configuration', () => {
	assert.equal(configuredOptions(nothing, supported, named), {
		selectors: [{serial: 'a', pick: 'only'}],
		wipe: true,
		mayReplace: true,
		targetImage: 'registry.example.com/a:1',
		rootFileSystem: 'xfs',
		espSize: 2 ** 30,
		configKernelArguments: ['quiet'],
		kernelArguments: [],
		showsRecoveryKey: false,
		answers: supported,
	});
});

test('are those of the command line where it says something', () => {
	const given = {
		wipe: true,
		targetImage: 'registry.example.com/b:2',
		rootFileSystem: 'btrfs',
		kernelArguments: ['debug'],
		showsRecoveryKey: true,
	} as const;
	assert.equal(configuredOptions(given, supported, {...named, origin: 'found'}), {
		...given,
		selectors: [{serial: 'a', pick: 'only'}],
		mayReplace: false,
		espSize: 2 ** 30,
		configKernelArguments: ['quiet'],
		answers: supported,
	});
});

test('say what starts the disk only when one of them does', () => {
	const told = answersOf('boot.firmware = "both"\n');
	const firmwareOf = (given: typeof nothing & {readonly firmware?: 'bios'}, answers = told) =>
		configuredOptions(given, answers, named).firmware;
	assert.is(firmwareOf(nothing), 'both');
	assert.is(firmwareOf({...nothing, firmware: 'bios'}), 'bios');
	assert.is(firmwareOf(nothing, noAnswers), undefined);
	assert.equal(unsupportedAnswers(told), []);
});

test('select the only disk, and wipe nothing, unless something else is said', () => {
	const {selectors, wipe} = configuredOptions(nothing, noAnswers, named);
	assert.equal([selectors, wipe], [[{pick: 'only'}], false]);
});

test('do not wipe by a configuration that was found', () => {
	assert.is(configuredOptions(nothing, supported, {...named, origin: 'found'}).wipe, false);
});

test('are refused with all keys at once that no installation heeds yet', () => {
	assert.equal(unsupportedAnswers(supported), []);
	assert.throws(
		() =>
			configuredOptions(
				nothing,
				answersOf(`allow-inline-secrets = true
registry.auth = "planted"
storage.mirror = ["/dev/sda", "/dev/sdb"]
storage.swap = "8 GiB"
boot.timeout = 5
[[user]]
name = "a"
`),
				named,
			),
		(error: unknown) =>
			error instanceof Refused &&
			error.code === 'cannot-yet' &&
			error.message ===
				'slipway cannot install with these yet: boot.timeout, storage.mirror together with storage.swap',
	);
});

test('know of each key whether an installation heeds it', () => {
	assert.equal(unsupportedAnswers(answersOf(fullConfig.replace('version = 1\n', ''))), [
		'boot.timeout',
		'storage.encryption together with storage.extra',
		'storage.encryption together with storage.swap',
		'storage.mirror together with storage.extra',
		'storage.mirror together with storage.layout',
		'storage.mirror together with storage.swap',
	]);
});

test.run();
