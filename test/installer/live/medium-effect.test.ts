import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readConfig} from '../../../installer/config/read-config.ts';
import {configEffect, mediumEffect} from '../../../installer/live/medium-effect.ts';

const test = suite('effect of a medium');

function effect(text: string, mayWipe = false) {
	const {answers, mistakes} = readConfig(`version = 1\n${text}`, 'a.toml');
	assert.equal(mistakes, []);
	return configEffect(answers, mayWipe);
}

const wipe = 'storage.wipe = true\n';
const deeds: readonly [config: string, deed: string][] = [
	[wipe, 'wipes the only disk'],
	['', 'installs on the only disk unless something is on it'],
	[`${wipe}disk = "/dev/vda"`, 'wipes /dev/vda'],
	[`${wipe}disk = "smallest"`, 'wipes the smallest disk'],
	[
		`${wipe}disk = [{model = "Samsung*", size = ">= 200 GiB", pick = "largest"}, "/dev/sda"]`,
		'wipes the largest disk (model Samsung*, at least 200 GiB) or /dev/sda',
	],
	[
		`${wipe}disk = {transport = ["usb", "sata"], rotational = false, empty = true}`,
		'wipes the only disk (usb or sata, not rotating, empty)',
	],
	[`${wipe}storage.mirror = ["/dev/sda", "/dev/sdb"]`, 'wipes /dev/sda and /dev/sdb'],
	['storage.layout = "free-space"', 'installs beside what is on the only disk'],
	[
		'disk = "/dev/sda"\nstorage.layout = "partition"\nstorage.replace = [{number = 3}]',
		'replaces partitions of /dev/sda',
	],
];

for (const [config, deed] of deeds)
	test(`is what the configuration does: ${deed}`, () => {
		assert.is(effect(config).deed, deed);
	});

const anywhere = ', without asking, on any machine that is started from it';
const asks = {mark: undefined, text: 'asks, and begins with what its configuration says'};
const wipes = {mark: 'unattended: wipes the only disk', text: `wipes the only disk${anywhere}`};
const named = {
	mark: 'unattended on machines that it names: wipes the only disk',
	text: 'wipes the only disk of the machines that its configuration names, without asking, and asks on others',
};
const arm = 'arm = [{serial = "A"}]\n';

for (const [name, found, expected] of [
	[
		'nothing',
		mediumEffect('quiet', undefined),
		{mark: undefined, text: 'asks what to install where'},
	],
	['no permit', mediumEffect('quiet', effect(wipe)), asks],
	['a permit', mediumEffect('quiet', effect(wipe, true)), wipes],
	['a permit for some machines', mediumEffect('quiet', effect(arm + wipe)), named],
	['a permit of the command line', mediumEffect('slipway.wipe', effect(arm + wipe)), wipes],
	[
		'a wish to be asked',
		mediumEffect('slipway.wipe', effect(`unattended = false\n${wipe}`, true)),
		asks,
	],
	[
		'a permit of the command line alone',
		mediumEffect('slipway.wipe', undefined),
		{
			mark: 'unattended: installs by whatever configuration it finds',
			text: `installs by whatever configuration it finds${anywhere}`,
		},
	],
	[
		'another configuration that is named',
		mediumEffect('slipway.config=https://a:b@c/d', effect(wipe)),
		{
			mark: 'unattended: installs by https://c/d',
			text: `installs by https://c/d${anywhere}`,
		},
	],
] as const)
	test(`follows from ${name}`, () => {
		assert.equal(found, expected);
	});

test.run();
