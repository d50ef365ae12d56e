/** Each place that `switch` takes an image from, made by skopeo and podman, leads to the same deployment. */
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {exitStatus} from '../../engine/errors.ts';
import {formatImageName} from '../../engine/update/image-name.ts';
import type {UpgradeOutcome} from '../../engine/update/upgrade.ts';
import {upgradeStatus} from '../../ui/cli/upgrade.ts';
import {publish} from '../engine/update/published-image.ts';
import {startRegistry} from '../setup/registry.ts';
import {bundleProgram, MachineRoot, whyNoMachineRoot} from './machine-root.ts';

const test = suite('switch');
const problem = whyNoMachineRoot();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-switch-'));
const app = path.join(folder, 'app');
test.before(() => bundleProgram(app));
test.after(() => rmSync(folder, {recursive: true}));

/** A machine with storage of podman's own, which follows nothing that there is. */
async function makeMachine(): Promise<MachineRoot> {
	const machine = await MachineRoot.make(
		{image: 'registry.example.com/myos:latest', transport: 'registry'},
		app,
	);
	machine.write(
		'etc/containers/storage.conf',
		'[storage]\ndriver = "vfs"\ngraphroot = "/var/storage"\nrunroot = "/run/storage"\n',
	);
	return machine;
}

/** What a person writes, and skopeo too. */
const archive = 'srv/myos.tar';
const sources = [
	['oci', 'oci:/srv/myos:1'],
	['oci-archive', `oci-archive:/${archive}:1`],
	['docker-archive', `docker-archive:/${archive}:registry.example.com/myos:1`],
	['containers-storage', 'containers-storage:localhost/myos:1'],
] as const;

/** Puts a version there, in place of the one before. */
async function release(machine: MachineRoot, version: string, target: string): Promise<void> {
	publish(path.join(machine.root, 'srv/new'), {version});
	// skopeo adds to an archive of one format, and refuses one of the other.
	rmSync(path.join(machine.root, archive), {force: true});
	const args = ['--insecure-policy', 'copy', '--quiet', 'oci:/srv/new', target];
	const {status, stderr} = await machine.run('skopeo', ...args);
	if (status !== 0) throw new Error(`skopeo ${args.join(' ')}: ${stderr}`);
}

/** Of the images of versions 1 and 2, by a way that all others are compared with. */
let expected: readonly string[];

/** Follows an image from version 1 to 2; gives the fs-verity digests of both deployments. */
async function follow(
	machine: MachineRoot,
	name: string,
	releaseThere: (version: string) => Promise<void>,
): Promise<string[]> {
	await releaseThere('1');
	const first: UpgradeOutcome = JSON.parse(await machine.ok('switch', name, '--json'));
	assert.ok(first.kind === 'staged');
	await machine.start(first.deployment);
	const {status, stdout} = await machine.slipway('upgrade');
	assert.is(status, upgradeStatus.upToDate, stdout);
	await releaseThere('2');
	const second = await machine.upgrade();
	assert.equal([second.layersFetched, second.layersKnown], [1, 1]);
	const origins = [await machine.origin(first.deployment), await machine.origin(second.deployment)];
	assert.equal(
		origins.map(({image, imageVersion}) => [image && formatImageName(image), imageVersion]),
		[
			[name, '1'],
			[name, '2'],
		],
	);
	return origins.map(({imageVerity}) => imageVerity.digest);
}

check('follows an image in a registry, with which the others are compared', async () => {
	await using registry = await startRegistry();
	using machine = await makeMachine();
	machine.write(
		'etc/containers/registries.conf',
		`[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`,
	);
	const layout = path.join(folder, 'layout');
	expected = await follow(machine, `${registry.host}/myos:1`, async (version) => {
		publish(layout, {version});
		await registry.copy(`oci:${layout}`, 'myos:1');
	});
	assert.is(new Set(expected).size, 2);
});

for (const [transport, name] of sources)
	check(`follows an image in ${transport} to the same deployments`, async () => {
		using machine = await makeMachine();
		const digests = await follow(machine, name, (version) => release(machine, version, name));
		assert.equal(digests, expected);
		assert.equal(readdirSync(path.join(machine.root, 'var/tmp')), []);
	});

check("tells that podman's storage has no such image", async () => {
	using machine = await makeMachine();
	const ending = await machine.slipway('switch', 'containers-storage:localhost/other:1');
	assert.equal(ending, {
		status: exitStatus.refused,
		stdout: '',
		stderr: `slipway: podman's storage has no image localhost/other:1
  hint: See podman images for the names that it has.
`,
	});
});

test.run();
