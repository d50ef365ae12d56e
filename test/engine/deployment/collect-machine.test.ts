import {readdirSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readBootState} from '../../../engine/boot/boot-state.ts';
import {collectMachine} from '../../../engine/deployment/collect-machine.ts';
import {storeRoot} from '../store/stored-root.ts';
import {makeMachine, writeFile} from './made-machine.ts';
import {sampleDeployment, sampleEntry, sampleMachine} from './samples.ts';

const test = suite('collect machine');

const id = (serial: number): string => sampleDeployment(serial).id;

test('collects deployments with their images, and kernels that no entry has', async () => {
	let oldImage = '';
	using machine = await makeMachine(async (physicalRoot) => {
		const {digest} = await storeRoot(physicalRoot, {a: 'a'.repeat(100)});
		oldImage = (await storeRoot(physicalRoot, {b: 'b'.repeat(100)})).digest;
		const withImage = (serial: number, image: string) =>
			sampleDeployment(serial, {imageVerity: {algorithm: 'sha256', digest: image}});
		return {
			...sampleMachine([sampleEntry(2), sampleEntry(1), sampleEntry(0)], 2),
			deployments: [withImage(0, oldImage), withImage(1, digest), withImage(2, digest)],
		};
	});
	const {system, root, esp} = machine;
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
	assert.equal(await readBootState(path.join(root, 'run/slipway/boot.json')), [
		sampleEntry(2),
		sampleEntry(1),
	]);
});

test.run();
