import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatDump} from '../../engine/erofs/dump-formatter.ts';
import {applyLayers} from '../../engine/oci/apply-layers.ts';
import {imageArchive} from '../../engine/oci/archive.ts';
import {hostPlatform} from '../../engine/oci/platform.ts';
import {DigestSink} from '../../engine/store/digest-sink.ts';
import {deploymentImage, transformForOci} from '../../engine/tree/transform.ts';
import type {Deployment} from './in-container/deployment.ts';
import {podman, podmanProblem} from './podman.ts';
import {makeSmallImage, scriptCommand, sourceVolumes} from './small-image.ts';

const problem = process.getuid?.() === 0 ? await podmanProblem() : 'needs root to make images';
if (problem !== undefined) console.log(`skipped: ${problem}`);

const test = suite('self-extraction');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-images-'));
const imageName = (name: string) => `localhost/slipway-test-${process.pid}/${name}:latest`;
const volume = path.join(folder, 'volume');
const made: string[] = [];
/** By image. */
const layers = new Map<string, Deployment>();

/** A build on top of an image that has no record yet: a change, then the record of that stage. */
const containerfile = `
ARG BASE
FROM $BASE AS system
RUN ["/run/node", "-e", "fs.mkdtempSync('/opt/built-')"]
FROM system
RUN --mount=type=bind,from=system,source=/,target=/run/image ["${scriptCommand('record.ts', '/run/image').join('", "')}"]
`;

test.before(async () => {
	if (problem !== undefined) return;
	try {
		await makeImages();
	} catch (error) {
		// uvu keeps the errors of its hooks to itself.
		console.error(error);
		throw error;
	}
});

test.after(async () => {
	for (const name of made.reverse())
		await podman(['rmi', '--force', imageName(name)], {okStatuses: [0, 1]});
	rmSync(folder, {recursive: true});
});

async function makeImages(): Promise<void> {
	mkdirSync(volume);
	writeFileSync(path.join(volume, 'file'), 'of the host\n');
	await make('without', (name, place) =>
		makeSmallImage(name, place, {hasOwnFiles: false, isRecorded: true}),
	);
	await make('unrecorded', (name, place) =>
		makeSmallImage(name, place, {hasOwnFiles: true, isRecorded: false}),
	);
	await make('with', (name) => build(name, imageName('unrecorded')));
	await make('rewritten', (name) => build(name, imageName('unrecorded'), '--timestamp=1700000000'));
	await make('derived', (name) => build(name, imageName('with'), '--target=system'));
}

async function make(name: string, how: (image: string, place: string) => Promise<void>) {
	const place = path.join(folder, name);
	mkdirSync(place);
	made.push(name);
	await how(imageName(name), place);
	layers.set(name, await readLayers(name, 'oci-archive'));
}

async function build(name: string, base: string, ...flags: string[]): Promise<void> {
	const file = path.join(folder, 'Containerfile');
	writeFileSync(file, containerfile);
	const args = ['--quiet', '--no-cache', `--build-arg=BASE=${base}`, ...flags, ...sourceVolumes];
	await podman(['build', ...args, `--tag=${name}`, `--file=${file}`, volume]);
}

async function readLayers(name: string, format: 'oci-archive' | 'docker-archive') {
	const archive = path.join(folder, `${name}.${format}`);
	await podman(['save', '--quiet', `--format=${format}`, `--output=${archive}`, imageName(name)]);
	const image = await imageArchive(archive).open(hostPlatform());
	const root = await applyLayers(image, new DigestSink('sha256'));
	const {verityDigest} = await deploymentImage(root, 'sha256', () => Buffer.alloc(0));
	transformForOci(root);
	return {digest: verityDigest, dump: [...formatDump(root)], findings: []};
}

async function runningRoot(name: string, flags: readonly string[]): Promise<Deployment> {
	const command = [imageName(name), ...scriptCommand('deployment.ts')];
	const {stdout} = await podman(['run', '--rm', ...sourceVolumes, ...flags, ...command]);
	return JSON.parse(stdout);
}

function checked(title: string, body: () => Promise<void>): void {
	(problem === undefined ? test : test.skip)(title, body);
}

const images = {
	with: 'an image with /etc/hosts and others of its own',
	without: 'an image without /etc/hosts and the like',
};
const kinds = {'a privileged container': ['--privileged'], 'an ordinary container': []};
const mounts = {
	'no volumes': [],
	'a volume at a path that it has': [`--volume=${volume}:/srv`],
	'a volume at a path that it lacks': [`--volume=${volume}:/out`],
	'a volume and a file below paths that it lacks': [
		`--volume=${volume}:/usr/share/far/below`,
		`--volume=${volume}/file:/etc/site/site.toml`,
	],
	'systemd’s mounts': ['--systemd=always'],
};

for (const [kind, kindFlags] of Object.entries(kinds)) {
	for (const [image, what] of Object.entries(images))
		for (const [mount, mountFlags] of Object.entries(mounts))
			checked(`of ${what} is what its layers make, in ${kind} with ${mount}`, async () => {
				const running = await runningRoot(image, [...kindFlags, ...mountFlags]);
				assert.equal(running, layers.get(image));
			});

	checked(`is right about times that the builder rewrote, in ${kind}`, async () => {
		const flags = [...kindFlags, `--volume=${volume}:/usr/share/far/below`];
		assert.equal(await runningRoot('rewritten', flags), layers.get('rewritten'));
	});
}

checked('needs no record in a privileged container where the engine added nothing', async () => {
	assert.equal(await runningRoot('unrecorded', ['--privileged']), layers.get('unrecorded'));
});

checked('without a record says what an ordinary container cannot see', async () => {
	assert.equal((await runningRoot('unrecorded', [])).findings, ['unseen']);
});

checked('says in an ordinary container that the image has layers after its record', async () => {
	const expected = {...layers.get('derived'), findings: ['stale-record']};
	assert.equal(await runningRoot('derived', []), expected);
});

checked('refuses a volume that hides files of the image from an ordinary container', async () => {
	try {
		await runningRoot('with', [`--volume=${volume}:/opt/app`]);
		assert.unreachable('it was not refused');
	} catch (error) {
		assert.match(String(error), 'the volume on "/opt/app" hides something of the image');
	}
});

checked('is what a docker archive of the image makes, too', async () => {
	assert.equal(await readLayers('with', 'docker-archive'), layers.get('with'));
});

test.run();
