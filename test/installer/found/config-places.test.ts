import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {bootArguments} from '../../../installer/found/boot-arguments.ts';
import {configPlaces, describePlace} from '../../../installer/found/config-places.ts';
import {parseVolumes} from '../../../installer/found/volumes.ts';

const test = suite('places of configurations');

const digest = 'ab'.repeat(32);

const commandLines: readonly [string, ReturnType<typeof bootArguments>][] = [
	['quiet slipway.live=LABEL=A', {config: undefined, sha256: undefined, permitsWipe: false}],
	[
		`slipway.config=https://example.com/a.toml slipway.config-sha256=${digest} slipway.wipe\n`,
		{config: 'https://example.com/a.toml', sha256: digest, permitsWipe: true},
	],
	[
		'slipway.config=/a slipway.config="/b c" slipway.wipe=0',
		{config: '/b c', sha256: undefined, permitsWipe: false},
	],
	['slipway.wipe=yes slipway.config=', {config: undefined, sha256: undefined, permitsWipe: true}],
	['slipway.wipes slipway.wipe=no', {config: undefined, sha256: undefined, permitsWipe: false}],
];

for (const [line, expected] of commandLines)
	test(`of the command line ${line}`, () => {
		assert.equal(bootArguments(line), expected);
	});

const nothing = {
	arguments: bootArguments(''),
	credential: undefined,
	volumes: [],
	medium: undefined,
	hasEmbedded: false,
};

test('are none, or all in their order', () => {
	assert.equal(configPlaces(nothing), []);
	const places = configPlaces({
		arguments: bootArguments('slipway.config=SITE:/a:b.ks'),
		credential: '/run/c/slipway.config',
		volumes: [
			{device: '/dev/sdb', label: 'OEMDRV'},
			{device: '/dev/sdc', label: 'SLIPWAY-CFG'},
			{device: '/dev/sdd', label: 'other'},
		],
		medium: '/run/slipway/live/config/slipway.ks',
		hasEmbedded: true,
	});
	assert.equal(places.map(describePlace), [
		"slipway.config=SITE:/a:b.ks of the kernel's command line",
		'the credential slipway.config',
		'/run/slipway/live/config/slipway.ks of the medium',
		'the volume labelled SLIPWAY-CFG',
		'the volume labelled OEMDRV',
		'/usr/lib/slipway/unattended.toml of the image',
	]);
	assert.equal(places[0], {
		kind: 'kernel-argument',
		name: '/a:b.ks',
		sha256: undefined,
		volume: 'SITE',
	});
});

test('are paths and addresses on no volume', () => {
	for (const name of ['/run/a:b.toml', 'https://example.com:8080/a.toml', 'http://a/b']) {
		const [place] = configPlaces({
			...nothing,
			arguments: bootArguments(`slipway.config=${name}`),
		});
		assert.equal(place, {kind: 'kernel-argument', name, sha256: undefined, volume: undefined});
	}
});

const device = (path: string, pkname: string | null, label: string | null) => ({
	path,
	kname: path.slice('/dev/'.length),
	pkname,
	label,
});

test('on volumes are found by label, a hybrid medium once', () => {
	const blockdevices = [
		device('/dev/sda', null, null),
		device('/dev/sda1', 'sda', 'root'),
		device('/dev/sdb', null, 'OEMDRV'),
		device('/dev/sdb1', 'sdb', 'OEMDRV'),
		device('/dev/sdb1', 'sdb', 'OEMDRV'),
		device('/dev/sdc1', 'sdc', 'OEMDRV'),
		device('/dev/sdc1', 'sdc', 'OEMDRV'),
	];
	assert.equal(parseVolumes(JSON.stringify({blockdevices})), [
		{device: '/dev/sda1', label: 'root'},
		{device: '/dev/sdb', label: 'OEMDRV'},
		{device: '/dev/sdc1', label: 'OEMDRV'},
	]);
	for (const text of ['', 'null', '{"blockdevices":[{"path":1}]}'])
		assert.throws(
			() => parseVolumes(text),
			(error: unknown) => error instanceof DamagedInput,
		);
});

test.run();
