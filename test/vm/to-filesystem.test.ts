/** Partitions and file systems made by hand, /var on one of its own: filled by `install to-filesystem`, and booted. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../engine/system/host.ts';
import {podman} from '../host/podman.ts';
import {cache, imageName} from '../setup/image.ts';
import {makeDisk} from '../setup/install.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('a layout made by hand');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const MiB = 2 ** 20;
const system = hostSystem();
const varUuid = '9a1f7c36-5be0-4d3a-8f24-6c0d2e4b1a77';
/** From the second MiB on, one behind the other. */
const partitions = [
	{type: 'U', size: 256 * MiB, place: undefined, make: ['mkfs.vfat', '-F', '32']},
	{type: 'L', size: 2048 * MiB, place: '', make: ['mke2fs', '-q', '-t', 'ext4', '-O', 'verity']},
	{type: 'L', size: 512 * MiB, place: 'var', make: ['mke2fs', '-q', '-t', 'ext4', '-U', varUuid]},
] as const;

check('boots from its partitions, with /var on the one for that', async () => {
	mkdirSync(cache, {recursive: true});
	const folder = mkdtempSync(path.join(cache, 'to-filesystem-'));
	try {
		const disk = path.join(folder, 'disk.raw');
		await fillByHand(disk, path.join(folder, 'target'));
		await using machine = await Machine.start({disk});
		await machine.booted();
		assert.match(await machine.ok('slipway status'), 'Booted image');
		assert.is(await machine.ok('findmnt -no UUID /var'), varUuid);
		assert.match(await machine.ok('cat /proc/cmdline'), / by-hand=1/);
		assert.is(await machine.ok('hostname'), 'byhand');
		await machine.ok('systemctl start boot-complete.target');
		assert.match(await machine.ok('bootctl --print-boot-path'), /^\/(boot|efi)$/);
		await machine.ok('touch /var/lib/stays');
		await machine.reboot();
		await machine.ok('test -e /var/lib/stays');
	} finally {
		rmSync(folder, {recursive: true});
	}
});

async function fillByHand(disk: string, target: string): Promise<void> {
	makeDisk(disk, {size: 3072 * MiB});
	const lines = partitions.map(({type, size}) => `size=${size / 512}, type=${type}`);
	execFileSync('sfdisk', ['--quiet', disk], {input: ['label: gpt', ...lines, ''].join('\n')});
	using cleanup = new DisposableStack();
	let start = MiB;
	let esp = '';
	mkdirSync(target);
	for (const {size, place, make} of partitions) {
		const device = system.attachLoop(disk, {offset: start, sizeLimit: size});
		cleanup.defer(() => system.detachLoop(device));
		const [command, ...options] = make;
		await system.run(command, [...options, device]);
		start += size;
		if (place === undefined) {
			esp = device;
			continue;
		}
		mkdirSync(path.join(target, place), {recursive: true});
		system.mount(device, path.join(target, place), 'ext4', []);
		cleanup.defer(() => system.unmount(path.join(target, place)));
	}
	const {stderr} = await podman([
		...['run', '--rm', '--privileged', '--volume', `${target}:/target`, imageName],
		...['install', 'to-filesystem', '--karg=by-hand=1', '--hostname=byhand'],
		...[`--boot-mount-spec=${esp}`, '/target'],
	]);
	console.log(stderr.trimEnd().split('\n').at(-1));
}

test.run();
