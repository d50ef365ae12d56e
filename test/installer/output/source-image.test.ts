import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noProgress, type ProgressEvent} from '../../../engine/progress.ts';
import {openSourceImage} from '../../../installer/output/source-image.ts';
import {Blobs, layoutFiles, tarOf, writeFiles} from '../../engine/oci/image-builder.ts';
import {content, unsyncedSystem as system} from '../../engine/store/fixture.ts';

const test = suite<{folder: string}>('an image that disk images are made of without running it');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-source-test-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const layers = [
	tarOf(
		[
			['usr/lib/base.so', content(200_000, 1)],
			['usr/lib/os-release', 'PRETTY_NAME="A"\n'],
		],
		{name: 'boot/', typeflag: '5', mode: '0000755'},
		{name: 'sysroot/', typeflag: '5', mode: '0000755'},
	),
	tarOf([
		['usr/lib/.wh.base.so', ''],
		['usr/lib/app.so', content(90_000, 2)],
	]),
];

const options = (folder: string) => ({
	places: {root: folder, environment: {}, includesHome: false},
	signal: new AbortController().signal,
});

function writeSettings(folder: string, policy: unknown): void {
	mkdirSync(path.join(folder, 'etc/containers'), {recursive: true});
	writeFileSync(path.join(folder, 'etc/containers/policy.json'), JSON.stringify(policy));
}

test('has its tree, where its files are, and its layers with what they hide', async ({folder}) => {
	writeSettings(folder, {default: [{type: 'insecureAcceptAnything'}]});
	const blobs = new Blobs();
	const layout = path.join(folder, 'layout');
	writeFiles(layout, layoutFiles(blobs, [blobs.addImage({layers: layers.map((tar) => ({tar}))})]));
	const scratch = path.join(folder, 'scratch');
	mkdirSync(scratch);
	const reference = {image: layout, transport: 'oci'} as const;
	const events: ProgressEvent[] = [];
	const report = (event: ProgressEvent) => events.push(event);
	{
		await using image = await openSourceImage(system, reference, options(folder), report, scratch);
		assert.is(await image.view.text('/usr/lib/os-release'), 'PRETTY_NAME="A"\n');
		const host = await image.view.hostPath('/usr/lib/app.so');
		assert.ok(host && readFileSync(host).equals(Buffer.from(content(90_000, 2))));
		assert.equal(await image.view.list('/usr/lib'), ['app.so', 'os-release']);
		const {diffIds, records, hidden, source, manifestDigest} = image.layers ?? {};
		assert.is(source, 'local image', 'and not where it lies here');
		assert.match(manifestDigest ?? '', /^sha256:/);
		assert.equal(
			records?.map(({path: place, inode}) => [place, inode.mode.toString(8)]),
			diffIds?.map((diffId) => [`composefs/layers/${diffId}`, '600']),
		);
		assert.equal(
			[...(hidden?.values() ?? [])].map(({size}) => size),
			[200_000],
		);
		assert.match(image.environment ?? '', /^imageid="[0-9a-f]{64}"\n$/);
	}
	assert.equal(readdirSync(scratch), []);
	assert.equal(
		events.slice(-2).flatMap((event) => ('step' in event ? `${event.type} ${event.step}` : [])),
		['step clean-up', 'done clean-up'],
	);
});

test('is one that the policy takes', async ({folder}) => {
	writeSettings(folder, {default: [{type: 'reject'}]});
	const reference = {image: folder, transport: 'oci'} as const;
	try {
		await openSourceImage(system, reference, options(folder), noProgress, folder);
		assert.unreachable('taken');
	} catch (error) {
		assert.is((error as {code?: string}).code, 'policy-rejects');
	}
});

test.run();
