import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {KernelArgumentEdit} from '../../../engine/boot/edit-kernel-arguments.ts';
import type {KernelArgumentsReport} from '../../../engine/deployment/change-kernel-arguments.ts';
import {formatArguments, formatArgumentsChange} from '../../../ui/cli/kernel-arguments.ts';
import {slipway} from './run-program.ts';

const test = suite('text of kernel arguments');

const file = '/etc/slipway/kargs.d/99-slipway-kargs.toml';
const quiet = {argument: 'quiet', source: '/usr/lib/slipway/kargs.d/10-quiet.toml'};
const serial = {argument: 'console=ttyS0', source: 'install --karg'};
const report: KernelArgumentsReport = {
	changed: true,
	booted: 'b.0',
	nextBoot: {id: 'b.1', image: null, version: '13'},
	removed: [],
	kernelArguments: [serial],
	added: [{argument: 'nosmt', source: file}],
	dropped: [quiet, serial],
	changedFile: file,
};
const unchanged: KernelArgumentsReport = {
	...report,
	changed: false,
	nextBoot: {id: 'b.0', image: null, version: null},
	added: [],
	dropped: [],
	changedFile: null,
};

test('has arguments and sources below each other', () => {
	assert.equal(formatArguments([quiet, serial]), [
		'quiet          /usr/lib/slipway/kargs.d/10-quiet.toml',
		'console=ttyS0  install --karg',
	]);
	assert.equal(formatArguments([]), []);
});

const edit: KernelArgumentEdit = {kind: 'add', arguments: ['console=ttyS0']};
const cases: readonly (readonly [
	string,
	KernelArgumentsReport,
	Parameters<typeof formatArgumentsChange>[1],
	readonly string[],
])[] = [
	[
		'what is different',
		report,
		{dryRun: false, edit},
		[
			'- quiet          /usr/lib/slipway/kargs.d/10-quiet.toml',
			'- console=ttyS0  install --karg',
			`+ nosmt  ${file}`,
			`changed: ${file}`,
			'next boot: b.1, version 13; reboot to use it',
		],
	],
	[
		'what would be',
		{...report, dropped: []},
		{dryRun: true, edit},
		[
			`+ nosmt  ${file}`,
			`would change: ${file}`,
			'next boot would be: b.1, version 13; reboot to use it',
		],
	],
	[
		'that an argument is there',
		unchanged,
		{dryRun: false, edit},
		[
			'console=ttyS0 is set already: install --karg',
			'nothing to change',
			'next boot: b.0, the one that runs now',
		],
	],
	[
		'that an argument is not there',
		unchanged,
		{dryRun: false, edit: {kind: 'remove', arguments: ['splash']}},
		['splash is not set', 'nothing to change', 'next boot: b.0, the one that runs now'],
	],
	[
		'that files say what is so',
		unchanged,
		{dryRun: false},
		['nothing to change', 'next boot: b.0, the one that runs now'],
	],
];
for (const [name, change, options, lines] of cases)
	test(`tells ${name}`, () => assert.equal(formatArgumentsChange(change, options), lines));

for (const words of [
	['kargs'],
	['kargs', '--staged'],
	['kargs', 'add', 'a'],
	['kargs', 'remove', 'a'],
	['kargs', 'replace', 'a=b'],
	['kargs', 'apply'],
])
	test(`${words.join(' ')} is for a machine of its own`, () => {
		const {status, stderr} = slipway(words);
		assert.equal(
			[status, stderr],
			[
				3,
				'slipway: this is not a machine that slipway installed\n  hint: Run it on the machine itself; see slipway status.\n',
			],
		);
	});

test('names what an edit needs', () => {
	const {status, stderr} = slipway(['kargs', 'add']);
	assert.equal(
		[status, stderr],
		[
			2,
			'slipway: kargs add needs ARGUMENT: as on the command line of the kernel\n  hint: Run slipway kargs add --help.\n',
		],
	);
});

test.run();
