/** `podman run --privileged IMAGE install DEVICE`, and all that can be asked of it. */
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {ProgressEvent} from '../../engine/progress.ts';
import {type InstallPlan, partitionOfRole} from '../../installer/plan.ts';
import {formatPlan} from '../../installer/plan-text.ts';
import {imageName, projectRoot, whyNoImage} from '../setup/image.ts';
import {attachDisk, makeDisk} from '../setup/install.ts';
import {whyNoLoopDevices} from './disk.ts';
import {makeInstallableImage, toolsVolume} from './installable-image.ts';
import {inspectInstalled, listInstalled, listingDifferences} from './installed-disk.ts';
import {podman, spawnPodman} from './podman.ts';

const suiteOf = suite('an installation');
const reason = whyNoLoopDevices() ?? (await whyNoImage());
if (reason !== undefined) console.log(`skipped: ${reason}`);
const test = reason === undefined ? suiteOf : suiteOf.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-install-'));
const smallImage = `localhost/slipway-install-${process.pid}:latest`;
const size = 1.5 * 2 ** 30;

suiteOf.before(async () => {
	if (reason === undefined) await makeInstallableImage(smallImage);
});
suiteOf.after(async () => {
	await podman(['rmi', '--ignore', smallImage]);
	rmSync(folder, {recursive: true});
});

/** An empty disk; the caller disposes of it. */
function newDisk(name: string) {
	const file = path.join(folder, name);
	makeDisk(file, {size});
	const {path: device, ...attached} = attachDisk(file);
	return {file, device, ...attached};
}

/** What a privileged container of the small image prints. */
async function slipway(...args: string[]): Promise<string> {
	const options = ['run', '--rm', '--privileged', toolsVolume];
	return (await podman([...options, smallImage, ...args])).stdout;
}

/** Every identifier that is new for each machine. */
function withoutIdentifiers(text: string): string {
	return text
		.replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
		.replace(/\b[0-9A-F]{4}-[0-9A-F]{4}\b/g, 'SERIAL');
}

test('is told in full by a dry run, for people and as JSON, and changes nothing', async () => {
	using disk = newDisk('dry.raw');
	const text = await slipway('install', '--dry-run', disk.device);
	const plan: InstallPlan = JSON.parse(
		await slipway('install', '--dry-run', '--json', disk.device),
	);
	assert.is(withoutIdentifiers(formatPlan(plan)), withoutIdentifiers(text));
	assert.is((await inspectInstalled(disk.device)).state, 'empty');
});

test('says loudly that no update can come from a name of this host, and what to do', async () => {
	using disk = newDisk('reference.raw');
	const text = await slipway('install', '--dry-run', disk.device);
	const better = smallImage.replace('localhost', 'REGISTRY');
	assert.ok(
		text.endsWith(
			`\nWARNING: ${smallImage} is on this host alone: no update can come from there\n` +
				`         Push the image to a registry that the machine reaches, and install with --target-image ${better}.\n`,
		),
		text,
	);
	const reference = 'registry.example.com/myos';
	const silent = await slipway('install', '--dry-run', '--target-image', reference, disk.device);
	assert.match(silent, /^Image: {8}registry\.example\.com\/myos:latest$/m);
	assert.not.match(silent, /WARNING/);
});

test('makes what it prints as JSON, the same root each time and in every way', async () => {
	using disk = newDisk('privileged.raw');
	const plan: InstallPlan = JSON.parse(await slipway('install', '--json', disk.device));
	const [{layout}] = plan.disks;
	const {esp, root} = await inspectInstalled(disk.device);
	assert.equal(
		[esp?.uuid, root?.uuid],
		[partitionOfRole(layout, 'esp').uuid, partitionOfRole(layout, 'root').uuid],
	);
	const listing = await listInstalled(disk.device);
	const {verityDigest} = plan.image;
	assert.ok(listing.some((line) => line.startsWith(`root composefs/images/${verityDigest} `)));

	// Without any privilege, into a file that the host attaches afterwards.
	const file = path.join(folder, 'ordinary.raw');
	makeDisk(file, {size});
	const {stdout} = await podman([
		...['run', '--rm', `--volume=${file}:/disk.raw`, toolsVolume, smallImage],
		...['install', '--json', '/disk.raw'],
	]);
	const ordinary: InstallPlan = JSON.parse(stdout);
	// What it was started from, podman tells to privileged containers alone.
	assert.is(ordinary.image.verityDigest, verityDigest);
	using attached = attachDisk(file);
	const differing = listingDifferences(await listInstalled(attached.path), listing);
	assert.equal(
		differing.filter((line) => !line.includes('/origin.json ')),
		[],
	);
});

test('tells its progress as lines of JSON', async () => {
	using disk = newDisk('progress.raw');
	const words = '/usr/lib/slipway/slipway install --progress-fd 3 "$1" 3>&1 >/dev/null';
	const {stdout} = await podman([
		...['run', '--rm', '--privileged', toolsVolume, '--entrypoint', '/bin/sh', smallImage],
		...['-c', words, 'sh', disk.device],
	]);
	const events: ProgressEvent[] = stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line));
	const told = events.flatMap((event) =>
		event.type === 'step' || event.type === 'done' ? `${event.type} ${event.step}` : [],
	);
	const steps = ['partition', 'root', 'boot'];
	assert.equal(
		told,
		steps.flatMap((step) => [`step ${step}`, `done ${step}`]),
	);
	for (const step of events) {
		if (step.type !== 'step' || step.total === undefined) continue;
		const advances = events.flatMap((event) =>
			event.type === 'advance' && event.step === step.step ? event.done : [],
		);
		assert.equal(
			advances,
			advances.toSorted((a, b) => a - b),
		);
		assert.ok((advances.at(-1) ?? 0) <= step.total);
	}
});

test('stops at Ctrl+C with the status of that, and says what the disk is', async () => {
	using disk = newDisk('interrupted.raw');
	const options = ['run', '--rm', '--privileged', toolsVolume];
	const child = spawnPodman([
		...[...options, smallImage],
		...['install', '--quiet', '--progress-fd', '1', disk.device],
	]);
	let said = '';
	child.stderr?.on('data', (data: Buffer) => {
		said += data;
	});
	const ended = once(child, 'close');
	for await (const line of createInterface({input: child.stdout ?? process.stdin})) {
		const event: ProgressEvent = JSON.parse(line);
		if (event.type === 'step' && event.step === 'partition') child.kill('SIGINT');
	}
	const [status] = await ended;
	assert.is(status, 130, said);
	assert.ok(
		said.endsWith(
			`slipway: interrupted: ${disk.device} is not a finished installation\n` +
				'  hint: Run it again; a disk in this state needs no --wipe.\n',
		),
		said,
	);
	assert.is((await inspectInstalled(disk.device)).state, 'unfinished');
	await slipway('install', '--quiet', disk.device);
	assert.is((await inspectInstalled(disk.device)).state, 'finished');
});

test('of the reference image has one digest: planned, installed, asked of the image, of its layers', async () => {
	const file = path.join(folder, 'reference.raw');
	makeDisk(file, {size: 4 * 2 ** 30});
	using disk = attachDisk(file);
	const privileged = ['run', '--rm', '--privileged', imageName];
	const digestOf = async (args: readonly string[]) => {
		const {image}: InstallPlan = JSON.parse((await podman([...privileged, ...args])).stdout);
		return image.verityDigest;
	};
	const archive = path.join(folder, 'image.tar');
	await podman([
		'save',
		'--quiet',
		'--uncompressed',
		'--format=oci-archive',
		`--output=${archive}`,
		imageName,
	]);
	const digests = {
		planned: await digestOf(['install', '--dry-run', '--json', disk.path]),
		installed: await digestOf(['install', '--json', disk.path]),
		privileged: (await podman([...privileged, 'digest', '--boot', '/'])).stdout.trim(),
		ordinary: (await podman(['run', '--rm', imageName, 'digest', '--boot', '/'])).stdout.trim(),
		layers: execFileSync(
			path.join(projectRoot, 'dist/slipway'),
			['digest', '--quiet', '--boot', `oci-archive:${archive}`],
			{encoding: 'utf8'},
		).trim(),
	};
	const {planned} = digests;
	assert.match(planned, /^[0-9a-f]{64}$/);
	assert.equal(digests, {
		planned,
		installed: planned,
		privileged: planned,
		ordinary: planned,
		layers: planned,
	});
	const listing = await listInstalled(disk.path);
	assert.ok(listing.some((line) => line.startsWith(`root composefs/images/${planned} `)));
});

suiteOf.run();
