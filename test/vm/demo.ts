/**
 * `npm run demo`: builds the image, installs it on a disk file and boots it, in front of you.
 *
 *   npm run demo                 leaves you at the machine's console, logged in as root
 *   npm run demo -- --batch      prints `slipway status` from inside and powers off
 *
 * All that it needs is installed first; what it makes is in .cache.
 */
import {spawn} from 'node:child_process';
import {copyFileSync, mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {buildImage, cache, imageName, imageReference} from '../setup/image.ts';
import {makeInstalledDisk} from '../setup/install.ts';
import {installPackages} from '../setup/packages.ts';
import {accelerator} from './accelerator.ts';
import {Machine} from './machine.ts';
import {firmware, firmwareVariables, interactiveArguments} from './qemu-command.ts';

const {values} = parseArgs({options: {batch: {type: 'boolean'}}});
const started = Date.now();
const disk = path.join(cache, 'demo.raw');

function say(text: string): void {
	console.log(`[${((Date.now() - started) / 1000).toFixed(0)} s] ${text}`);
}

installPackages();
await buildImage();
say(`installing ${imageReference} on ${path.relative(process.cwd(), disk)}`);
await makeInstalledDisk(disk, {args: ['--target-image', imageReference], stdio: 'inherit'});
say('booting the disk: without KVM this takes a minute or two, on busy machines more');
if (values.batch) await showStatus();
else await openConsole();

async function showStatus(): Promise<void> {
	await using machine = await Machine.start({disk});
	const state = await machine.ok(
		'systemctl is-system-running --wait || systemctl --failed --no-pager',
	);
	say(`the machine is ${state}`);
	console.log(await machine.ok('slipway status'));
	await machine.powerOff();
	say(`powered off; the image is ${imageName}, the disk ${path.relative(process.cwd(), disk)}`);
}

async function openConsole(): Promise<void> {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-demo-'));
	copyFileSync(firmware.variables, path.join(folder, firmwareVariables));
	console.log('Leave with `systemctl poweroff`, or Ctrl+A X to pull the plug.');
	const args = interactiveArguments(
		{disk},
		{folder, firmwareCode: firmware.code},
		await accelerator(),
	);
	const child = spawn('qemu-system-x86_64', args, {stdio: 'inherit'});
	await new Promise((resolve) => child.once('close', resolve));
	rmSync(folder, {recursive: true});
}
