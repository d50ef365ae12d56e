import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {ChangeReport} from '../../../engine/deployment/change-report.ts';
import {type ChangeTextOptions, formatChange} from '../../../ui/cli/change-text.ts';
import {formatPinned} from '../../../ui/cli/pin-deployment.ts';
import {slipway} from './run-program.ts';

const test = suite('text of changes');

const report: ChangeReport = {
	changed: true,
	booted: 'b.0',
	nextBoot: {
		id: 'a.0',
		image: {image: 'registry.example.com/myos', transport: 'registry'},
		version: '13.1',
	},
	removed: ['c.0'],
};
const done = {dryRun: false};

const cases: readonly (readonly [string, ChangeReport, ChangeTextOptions, readonly string[]])[] = [
	[
		'what boots next',
		report,
		done,
		[
			'removed: deployment c.0',
			'next boot: a.0, registry.example.com/myos, version 13.1; reboot to use it',
		],
	],
	[
		'a reboot',
		{...report, removed: []},
		{dryRun: false, reboots: true},
		['next boot: a.0, registry.example.com/myos, version 13.1; rebooting now'],
	],
	[
		'a soft reboot',
		{...report, removed: []},
		{dryRun: false, reboots: true, softReboot: {prepared: true}},
		['next boot: a.0, registry.example.com/myos, version 13.1; soft rebooting now'],
	],
	[
		'a soft reboot that is prepared',
		{...report, removed: []},
		{dryRun: false, softReboot: {prepared: true}},
		[
			'next boot: a.0, registry.example.com/myos, version 13.1; systemctl soft-reboot, or reboot, to use it',
		],
	],
	[
		'why it has to be a whole one',
		{...report, removed: []},
		{
			dryRun: false,
			reboots: true,
			softReboot: {prepared: false, code: 'other-kernel', reason: 'it has another kernel'},
		},
		[
			'no soft reboot: it has another kernel',
			'next boot: a.0, registry.example.com/myos, version 13.1; rebooting now',
		],
	],
	[
		'what would be',
		report,
		{dryRun: true},
		[
			'would remove: deployment c.0',
			'next boot would be: a.0, registry.example.com/myos, version 13.1; reboot to use it',
		],
	],
	[
		'that nothing changes',
		{...report, changed: false, removed: []},
		{dryRun: true},
		[
			'nothing to change',
			'next boot: a.0, registry.example.com/myos, version 13.1; reboot to use it',
		],
	],
	[
		'the running one',
		{...report, booted: 'a.0', removed: []},
		done,
		['next boot: a.0, the one that runs now'],
	],
	[
		'an image of another transport',
		{
			...report,
			nextBoot: {id: 'a.0', image: {image: '/i.tar', transport: 'oci-archive'}, version: null},
			removed: [],
		},
		done,
		['next boot: a.0, oci-archive:/i.tar; reboot to use it'],
	],
	[
		'an image that is not known',
		{...report, nextBoot: {id: 'a.0', image: null, version: null}, removed: []},
		done,
		['next boot: a.0; reboot to use it'],
	],
	['nothing to boot', {...report, nextBoot: null, removed: []}, done, ['next boot: not known']],
];
for (const [name, change, options, lines] of cases)
	test(`tells ${name}`, () => assert.equal(formatChange(change, options), lines));

const pins: readonly (readonly [Parameters<typeof formatPinned>[1], string])[] = [
	[
		{pinned: true, dryRun: false, changed: true},
		'deployment a.0 is pinned: it is kept until it is unpinned',
	],
	[
		{pinned: false, dryRun: false, changed: true},
		'deployment a.0 is not pinned: it goes when nothing else keeps it',
	],
	[{pinned: true, dryRun: true, changed: true}, 'deployment a.0 would be pinned'],
	[
		{pinned: false, dryRun: true, changed: false},
		'nothing to change: deployment a.0 is not pinned',
	],
];
for (const [options, text] of pins)
	test(`says "${text}"`, () => assert.is(formatPinned('a.0', options), text));

for (const words of [['rollback'], ['pin', '3f'], ['unpin', '3f'], ['delete', '3f']])
	test(`${words[0]} is for a machine of its own`, () => {
		assert.equal(slipway(words), {
			status: 3,
			stdout: '',
			stderr:
				'slipway: this is not a machine that slipway installed\n  hint: Run it on the machine itself; see slipway status.\n',
		});
	});

test.run();
