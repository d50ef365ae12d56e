import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {type ConfigSearch, findConfig} from '../../../installer/found/find-config.ts';

const test = suite<{root: string}>('search for a configuration');
test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'slipway-found-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

interface Given {
	readonly commandLine?: string;
	/** Labels of volumes, by device. */
	readonly labels?: Readonly<Record<string, string>>;
	/** What is on a volume that is mounted, and elsewhere. */
	readonly onVolume?: Readonly<Record<string, string>>;
	readonly files?: Readonly<Record<string, string>>;
	readonly fetch?: typeof fetch;
}

function write(root: string, files: Readonly<Record<string, string>>): void {
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(root, name)), {recursive: true});
		writeFileSync(path.join(root, name), text);
	}
}

async function search(root: string, given: Given) {
	const {commandLine = '', labels = {}, onVolume = {}, files = {}} = given;
	write(root, {'proc/cmdline': `${commandLine}\n`, ...files});
	const blockdevices = Object.entries(labels).map(([device, label]) => ({
		path: `/dev/${device}`,
		kname: device,
		pkname: null,
		label,
	}));
	const volumeFolder = path.join(root, 'volume');
	const system = fakeSystem(
		{},
		{
			lsblk: JSON.stringify({blockdevices}),
			mount: () => {
				write(volumeFolder, onVolume);
				return '';
			},
			umount: () => {
				rmSync(volumeFolder, {recursive: true});
				return '';
			},
		},
	);
	const pauses: number[] = [];
	const found = await findConfig({
		system,
		fetch: given.fetch ?? (() => Promise.reject(new Error('nothing is fetched'))),
		signal: new AbortController().signal,
		pause: async (milliseconds) => {
			pauses.push(milliseconds);
		},
		credentials: undefined,
		root,
		volumeFolder,
	});
	const commands = system.commandLines().filter((line) => /^u?mount/.test(line));
	return {found, pauses, commands: commands.map((line) => line.replace(volumeFolder, 'PLACE'))};
}

/** Without what differs from run to run. */
function summary({found, passedOver}: ConfigSearch): unknown {
	switch (found.kind) {
		case 'none':
			return ['none', ...passedOver];
		case 'config':
			return [found.config.text, found.config.origin, found.config.place, ...passedOver];
		case 'unusable':
			return ['unusable', found.place, found.error.message, ...passedOver];
	}
}

test('finds nothing where there is nothing', async ({root}) => {
	const {found, commands} = await search(root, {labels: {sda1: 'root'}});
	assert.equal([summary(found), commands], [['none'], []]);
});

test('takes a volume, mounted so that nothing of it can be run, before the image', async ({
	root,
}) => {
	const {found, commands} = await search(root, {
		labels: {sdb: 'SLIPWAY-CFG'},
		onVolume: {'slipway.json': '{}', 'ks.cfg': 'text'},
		files: {'usr/lib/slipway/unattended.toml': 'version = 1'},
	});
	assert.equal(summary(found), [
		'{}',
		'found',
		'the volume labelled SLIPWAY-CFG',
		'/usr/lib/slipway/unattended.toml of the image',
	]);
	assert.equal(commands, ['mount -o ro,nosuid,nodev,noexec /dev/sdb PLACE']);
});

test('goes on where a volume has none, and says so', async ({root}) => {
	const {found, commands} = await search(root, {
		labels: {sdb: 'OEMDRV'},
		onVolume: {'driver.rpm': ''},
		files: {'usr/lib/slipway/unattended.toml': 'version = 1'},
	});
	assert.equal(summary(found), [
		'version = 1',
		'found',
		'/usr/lib/slipway/unattended.toml of the image',
		'the volume labelled OEMDRV, which has none of slipway.toml, slipway.json, ks.cfg',
	]);
	assert.is(commands.at(-1), 'umount PLACE');
});

test('takes what the medium brings before a stick that is there, and what the image brings', async ({
	root,
}) => {
	const {found, commands} = await search(root, {
		labels: {sdb: 'SLIPWAY-CFG'},
		onVolume: {'slipway.toml': 'of a stranger'},
		files: {
			'run/slipway/live/config/slipway.ks': 'lang de',
			'usr/lib/slipway/unattended.toml': 'version = 1',
		},
	});
	assert.equal(summary(found), [
		'lang de',
		'found',
		'/run/slipway/live/config/slipway.ks of the medium',
		'the volume labelled SLIPWAY-CFG',
		'/usr/lib/slipway/unattended.toml of the image',
	]);
	assert.equal(commands, []);
});

const ofMedium = 'run/slipway/live/config/slipway.ks';
const ofImage = 'usr/lib/slipway/unattended.toml';
const allMarks = {
	'run/slipway/live/config/may-wipe': '',
	'run/slipway/live/config/lenient': '',
	'usr/lib/slipway/may-wipe': '',
};
const {'usr/lib/slipway/may-wipe': _, ...marksOfMedium} = allMarks;
const marked: readonly [name: string, given: Given, hasPermit: boolean, isLenient: boolean][] = [
	['a medium', {files: {[ofMedium]: 'a', ...marksOfMedium}}, true, true],
	['a medium without marks', {files: {[ofMedium]: 'a'}}, false, false],
	[
		'a medium of an image that permits its own',
		{files: {[ofMedium]: 'a', [ofImage]: 'b', 'usr/lib/slipway/may-wipe': ''}},
		false,
		false,
	],
	['an image', {files: {[ofImage]: 'a', ...allMarks}}, true, false],
	['an image without one', {files: {[ofImage]: 'a', ...marksOfMedium}}, false, false],
	['a volume', {labels: {sdb: 'OEMDRV'}, onVolume: {'ks.cfg': 'a'}, files: allMarks}, false, false],
	[
		'a credential',
		{files: {'run/credentials/@system/slipway.config': 'a', ...allMarks}},
		false,
		false,
	],
];

for (const [name, given, hasPermit, isLenient] of marked)
	test(`heeds the permit beside a configuration for that alone: ${name}`, async ({root}) => {
		const {found} = (await search(root, given)).found;
		const config = found.kind === 'config' ? found.config : undefined;
		assert.equal([config?.hasPermit, config?.isLenient], [hasPermit, isLenient]);
	});

test('takes a credential before volumes', async ({root}) => {
	const {found} = await search(root, {
		labels: {sdb: 'OEMDRV'},
		files: {'run/credentials/@system/slipway.config': 'version = 1'},
	});
	assert.equal(summary(found), [
		'version = 1',
		'found',
		'the credential slipway.config',
		'the volume labelled OEMDRV',
	]);
});

test('takes what the command line names, by path, label and address', async ({root}) => {
	const local = path.join(root, 'site.toml');
	const byPath = await search(root, {
		commandLine: `slipway.config=${local}`,
		files: {'site.toml': 'by path'},
	});
	assert.equal((summary(byPath.found) as string[]).slice(0, 2), ['by path', 'named']);
	const byLabel = await search(root, {
		commandLine: 'slipway.config=SITE:/sites/a.toml',
		labels: {sdb: 'SITE'},
		onVolume: {'sites/a.toml': 'by label'},
	});
	assert.equal((summary(byLabel.found) as string[]).slice(0, 2), ['by label', 'named']);
	const sha256 = createHash('sha256').update('by address').digest('hex');
	let attempts = 0;
	const byAddress = await search(root, {
		commandLine: `slipway.config=https://example.com/a slipway.config-sha256=${sha256}`,
		fetch: async () => {
			if (++attempts < 3) throw new TypeError('fetch failed');
			return new Response('by address');
		},
	});
	assert.equal((summary(byAddress.found) as string[]).slice(0, 2), ['by address', 'named']);
	assert.equal(byAddress.pauses, [2000, 3000]);
});

const broken: readonly [name: string, given: Given, message: RegExp][] = [
	['a file is not there', {commandLine: 'slipway.config=/no/such'}, /^\/no\/such does not exist$/],
	['an address has no checksum', {commandLine: 'slipway.config=https://a/b'}, /needs .*-sha256/],
	[
		'a checksum is another',
		{
			commandLine: `slipway.config=https://a/b slipway.config-sha256=${'0'.repeat(64)}`,
			fetch: async () => new Response('<html>'),
		},
		/has the SHA-256 .*: it is a web page$/,
	],
	['no volume has the label', {commandLine: 'slipway.config=SITE:/a'}, /no volume labelled SITE$/],
	[
		'two volumes have it',
		{commandLine: 'slipway.config=SITE:/a', labels: {sdb: 'SITE', sdc: 'SITE'}},
		/several volumes are labelled SITE: \/dev\/sdb, \/dev\/sdc$/,
	],
];

for (const [name, given, message] of broken)
	test(`takes no other in the place of one that cannot be had: ${name}`, async ({root}) => {
		const {found} = await search(root, {
			...given,
			files: {'usr/lib/slipway/unattended.toml': 'version = 1'},
		});
		const [kind, , said, ...passedOver] = summary(found) as string[];
		assert.is(kind, 'unusable');
		assert.match(said ?? '', message);
		assert.equal(passedOver, ['/usr/lib/slipway/unattended.toml of the image']);
	});

test.run();
