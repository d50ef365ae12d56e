/** What is pinned stays through updates and collection; what is deleted goes, with all that only it used. */
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentId} from '../../engine/deployment/id.ts';
import {exitStatus} from '../../engine/errors.ts';
import {publish} from '../engine/update/published-image.ts';
import {bundleProgram, MachineRoot, whyNoMachineRoot} from './machine-root.ts';

const test = suite('kept deployments');
const problem = whyNoMachineRoot();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-kept-'));
const app = path.join(folder, 'app');
test.before(() => bundleProgram(app));
test.after(() => rmSync(folder, {recursive: true}));

/** What a file of one version alone holds; long enough to become an object. */
const contentOf = (version: string) => `of version ${version} `.repeat(10);

/** Updates to a version and boots it. */
async function runVersion(machine: MachineRoot, version: string): Promise<DeploymentId> {
	const files = [['usr/share/version', contentOf(version)]] as const;
	publish(path.join(machine.root, 'srv/layout'), {version, files});
	const {deployment} = await machine.upgrade();
	await machine.start(deployment);
	return deployment;
}

/** Versions whose objects are in the store. */
function versionsStored({root}: MachineRoot): string[] {
	const objects = path.join(root, 'sysroot/composefs/objects');
	const contents = readdirSync(objects, {recursive: true, withFileTypes: true})
		.filter((entry) => entry.isFile())
		.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
	return ['1', '2', '3'].filter((version) => contents.includes(contentOf(version)));
}

/** IDs with state, and IDs that the boot loader offers. */
function left({root}: MachineRoot): [deployed: string[], offered: (string | undefined)[]] {
	const entries = readdirSync(path.join(root, 'efi/loader/entries'));
	return [
		readdirSync(path.join(root, 'sysroot/state/deploy')).sort(),
		entries.map((name) => /^slipway-([^+]+?)(\+.*)?\.conf$/.exec(name)?.[1]).sort(),
	];
}

async function expectRefusal(
	machine: MachineRoot,
	words: readonly string[],
	said: string,
): Promise<void> {
	const before = left(machine);
	const ending = await machine.slipway(...words);
	const status = exitStatus.refused;
	assert.equal(ending, {status, stdout: '', stderr: `slipway: ${said}\n`});
	assert.equal(left(machine), before);
}

check('stay while they are pinned, and go with their objects when they are deleted', async () => {
	using machine = await MachineRoot.make({image: '/srv/layout', transport: 'oci'}, app);
	const first = await runVersion(machine, '1');
	assert.is(
		await machine.ok('pin', first),
		`deployment ${first} is pinned: it is kept until it is unpinned\n`,
	);
	const second = await runVersion(machine, '2');
	const third = await runVersion(machine, '3');
	const all = [first, second, third].sort();
	assert.match(await machine.ok('gc'), /^removed 0 deployments, 0 images, .* 0 objects/);
	assert.equal(left(machine), [all, all]);
	assert.equal(versionsStored(machine), ['1', '2', '3']);
	await expectRefusal(
		machine,
		['delete', first],
		`deployment ${first} is pinned\n  hint: Run slipway unpin ${first} first.`,
	);
	await expectRefusal(
		machine,
		['delete', third],
		`deployment ${third} is running\n  hint: Boot another deployment first.`,
	);

	assert.is(
		await machine.ok('unpin', first),
		`deployment ${first} is not pinned: it goes when nothing else keeps it\n`,
	);
	await machine.ok('delete', first);
	const others = [second, third].sort();
	assert.equal(left(machine), [others, others]);
	assert.equal(versionsStored(machine), ['1', '2', '3']);
	assert.match(
		await machine.ok('gc'),
		/^removed 0 deployments, 1 image, 1 layer record, 1 object: /,
	);
	assert.equal(versionsStored(machine), ['2', '3']);
	assert.match(
		await machine.ok('gc'),
		/^removed 0 deployments, 0 images, 0 layer records, 0 objects/,
	);
	assert.match(await machine.ok('verify'), /^all is as it should be: /m);
});

check('are none but the pinned one when the one to go back to is deleted', async () => {
	using machine = await MachineRoot.make({image: '/srv/layout', transport: 'oci'}, app);
	const first = await runVersion(machine, '1');
	await machine.ok('pin', first);
	const second = await runVersion(machine, '2');
	const third = await runVersion(machine, '3');
	await machine.ok('delete', second);
	await machine.ok('rollback', first);
	const {status} = await machine.status();
	assert.equal(
		[status.rollback?.deployment.id, status.rollback?.pinned, status.rollbackQueued],
		[first, true, true],
	);
	await machine.start(first);
	await machine.ok('gc');
	assert.equal(left(machine)[0], [first, third].sort());
	assert.not(existsSync(path.join(machine.root, 'run/reboot-required')));
});

test.run();
