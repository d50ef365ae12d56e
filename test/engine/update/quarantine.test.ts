import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {Origin} from '../../../engine/deployment/origin.ts';
import {afterCheck} from '../../../engine/update/cached-update.ts';
import {
	emptyQuarantine,
	findQuarantined,
	type Quarantine,
	quarantineImage,
	quarantineOnDisk,
	readQuarantine,
	releaseReplaced,
	writeQuarantine,
} from '../../../engine/update/quarantine.ts';
import {sampleDeployment, sampleOrigin} from '../deployment/samples.ts';
import {foundImage, reference} from './samples.ts';

const test = suite<{root: string}>('quarantine');
const now = new Date('2026-03-02T08:00:00Z');

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'quarantine-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

/** Deployment `serial` of the image that a pair of hex digits names. */
function deploymentOf(serial: number, digits: string, changes: Partial<Origin> = {}) {
	return sampleDeployment(serial, {
		manifestDigest: `sha256:${digits.repeat(32)}`,
		configDigest: `sha256:${'cc'.repeat(16)}${digits.repeat(16)}`,
		imageVerity: {algorithm: 'sha256', digest: digits.repeat(32)},
		...changes,
	});
}

function ids({images}: Quarantine): string[] {
	return images.map(({deploymentId}) => deploymentId);
}

test('records what is known of an image, once', () => {
	const bad = deploymentOf(2, 'b0');
	const quarantine = quarantineImage(emptyQuarantine, bad, 'boot-failed', now);
	assert.equal(quarantine, {
		version: 1,
		images: [
			{
				reference,
				manifestDigest: bad.origin.manifestDigest,
				configDigest: bad.origin.configDigest,
				imageVerity: 'b0'.repeat(32),
				imageVersion: '13.1',
				deploymentId: '3f2a9c1b4d5e.2',
				reason: 'boot-failed',
				time: '2026-03-02T08:00:00.000Z',
			},
		],
	});
	const again = quarantineImage(quarantine, deploymentOf(3, 'b0'), 'rolled-back', new Date());
	assert.is(again, quarantine);
});

test('needs no more than is always known', () => {
	const {manifestDigest, configDigest, imageVersion, ...least} = sampleOrigin;
	const one = {id: '3f2a9c1b4d5e.0', origin: {...least, image: null}};
	assert.equal(quarantineImage(emptyQuarantine, one, 'rolled-back', now).images, [
		{
			reference: null,
			imageVerity: sampleOrigin.imageVerity.digest,
			deploymentId: '3f2a9c1b4d5e.0',
			reason: 'rolled-back',
			time: '2026-03-02T08:00:00.000Z',
		},
	]);
});

test('takes in what failed to boot, once, and keeps it on the disk', async ({root}) => {
	const failures = [deploymentOf(1, 'b0'), deploymentOf(2, 'b1')];
	await quarantineOnDisk(root, failures, now);
	await quarantineOnDisk(root, failures, new Date('2026-03-03T08:00:00Z'));
	const {content = emptyQuarantine} = await readQuarantine(root);
	assert.equal(ids(content), ['3f2a9c1b4d5e.1', '3f2a9c1b4d5e.2']);
	assert.equal(
		content.images.map(({reason, time}) => [reason, time]),
		[
			['boot-failed', '2026-03-02T08:00:00.000Z'],
			['boot-failed', '2026-03-02T08:00:00.000Z'],
		],
	);
});

test('finds an image by its manifest or by its config', () => {
	const quarantine = quarantineImage(emptyQuarantine, deploymentOf(1, 'b0'), 'boot-failed', now);
	const find = (image: Parameters<typeof findQuarantined>[1]) =>
		findQuarantined(quarantine, image)?.deploymentId;
	const configDigest = `sha256:${'cc'.repeat(16)}${'b0'.repeat(16)}` as const;
	assert.equal(
		[find(foundImage('b0')), find(foundImage('b1', {configDigest})), find(foundImage('b1'))],
		['3f2a9c1b4d5e.1', '3f2a9c1b4d5e.1', undefined],
	);
});

test('lets go of what the tag has left behind, of that reference alone', () => {
	const other = {...reference, image: 'registry.example.com/other:latest'};
	const quarantine = [
		deploymentOf(1, 'b0'),
		deploymentOf(2, 'b1'),
		deploymentOf(3, 'b2', {image: other}),
		deploymentOf(4, 'b3', {image: null}),
	].reduce((all, one) => quarantineImage(all, one, 'boot-failed', now), emptyQuarantine);
	const release = (digits: string) =>
		releaseReplaced(quarantine, afterCheck(undefined, reference, foundImage(digits), now));
	assert.equal(ids(release('b1')), ['3f2a9c1b4d5e.2', '3f2a9c1b4d5e.3', '3f2a9c1b4d5e.4']);
	assert.equal(ids(release('ff')), ['3f2a9c1b4d5e.3', '3f2a9c1b4d5e.4']);
	const {image, ...unknown} = afterCheck(undefined, reference, foundImage('ff'), now);
	assert.is(releaseReplaced(quarantine, unknown), quarantine);
});

test('does not grow without end', () => {
	let quarantine = emptyQuarantine;
	for (let serial = 0; serial < 40; serial++) {
		const digits = serial.toString(16).padStart(2, '0');
		quarantine = quarantineImage(quarantine, deploymentOf(serial, digits), 'boot-failed', now);
	}
	assert.is(quarantine.images.length, 32);
	assert.is(ids(quarantine).at(-1), '3f2a9c1b4d5e.39');
});

test('is written and read again, and a problem when damaged', async ({root}) => {
	assert.equal(await readQuarantine(root), {content: undefined, problem: undefined});
	const quarantine = quarantineImage(emptyQuarantine, deploymentOf(1, 'b0'), 'boot-failed', now);
	await writeQuarantine(root, quarantine);
	assert.equal(await readQuarantine(root), {content: quarantine, problem: undefined});
	const file = path.join(root, 'state/quarantine.json');
	writeFileSync(file, '{"version": 1, "images": [{"reference": null, "imageVerity": 3}]}');
	assert.equal(await readQuarantine(root), {
		content: undefined,
		problem: `${file} is damaged: images.0.imageVerity is 3`,
	});
});

test.run();
