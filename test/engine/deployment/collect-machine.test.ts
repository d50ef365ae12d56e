import {readdirSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readBootState} from '../../../engine/boot/boot-state.ts';
import {collectMachine} from '../../../engine/deployment/collect-machine.ts';
import {storeRoot} from '../store/stored-root.ts';
import {type MadeMachine, makeMachine, writeFile} from './made-machine.ts';
import {sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('collect machine');

const id = (serial: number): string => sampleDeployment(serial).id;

/** Runs the last of three deployments, of which the first has an image of its own. */
async function makeOldMachine(): Promise<MadeMachine & {readonly oldImage: string}> {
	let oldImage = '';
	const machine = await makeMachine(async (physicalRoot) => {
		const {digest} = await storeRoot(physicalRoot, {a: 'a'.repeat(100)});
		oldImage = (await storeRoot(physicalRoot, {b: 'b'.repeat(100)})).digest;
		const withImage = (serial: number, image: string) =>
			sampleDeployment(serial, {imageVerity: {algorithm: 'sha256', digest: image}});
		return {
			...sampleMachine([sampleEntry(2), sampleEntry(1), sampleEntry(0)], 2),
			deployments: [withImage(0, oldImage), withImage(1, digest), withImage(2, digest)],
		};
	});
	return {...machine, oldImage};
}

test('collects what the kernel was started for and a soft reboot has left', async () => {
	using machine = await makeOldMachine();
	const {system, root, oldImage} = machine;
	const commandLine = `root=UUID=6d1a-22 rw composefs=${oldImage} slipway=${id(0)} quiet\n`;
	writeFile(path.join(root, 'proc/cmdline'), commandLine);
	const mount = `30 1 0:28 / / ro,relatime shared:1 - overlay slipway-${id(2)} ro\n`;
	writeFile(path.join(root, 'proc/self/mountinfo'), mount);
	const {deployments, images} = await collectMachine(system, {name: 'slipway gc'}, root);
	assert.equal([deployments, images.map(({verityDigest}) => verityDigest)], [[id(0)], [oldImage]]);
});

test('collects deployments with their images, and kernels that no entry has', async () => {
	using machine = await makeOldMachine();
	const {system, root, esp, oldImage} = machine;
	writeFile(path.join(esp, 'EFI/Linux/slipway-old/linux'), 'kernel');
	const collected = async (dryRun: boolean) => {
		const garbage = await collectMachine(system, {name: 'slipway gc', dryRun}, root);
		const images = garbage.images.map(({verityDigest}) => verityDigest);
		return [garbage.deployments, images, garbage.objects.length];
	};
	assert.equal(await collected(true), [[id(0)], [oldImage], 1]);
	assert.equal(await collected(false), [[id(0)], [oldImage], 1]);
	assert.equal(await collected(false), [[], [], 0]);
	assert.equal(readdirSync(path.join(esp, 'EFI/Linux')), ['slipway-k']);
	const recorded = await readBootState(path.join(root, 'run/slipway/boot.json'));
	assert.equal(recorded?.entries, [sampleEntry(2), sampleEntry(1)]);
});

test.run();
