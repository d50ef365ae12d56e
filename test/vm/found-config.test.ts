/** A live system that finds a configuration on a volume of a second disk: whether it may wipe by it. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {cache, imageName} from '../setup/image.ts';
import {makeDisk} from '../setup/install.ts';
import {liveMachine, makeLiveMedium} from './live-system.ts';
import {Machine} from './machine.ts';
import type {MachineOptions} from './qemu-command.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('configuration that was found');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'found-config-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

const config = `version = 1
disk = "/dev/vdb"
[storage]
wipe = true
[system]
hostname = "kestrel"
[[scripts.post]]
run = "echo inside > /etc/made-by-script; echo said-by-script"
[finish]
action = "poweroff"
`;

test.before(async () => {
	if (problem !== undefined) return;
	await makeLiveMedium(imageName, folder);
	mkdirSync(place('volume'));
	writeFileSync(place('volume/slipway.toml'), config);
	const make = (file: string, label: string, ...args: readonly string[]) =>
		execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', label, ...args, file]);
	makeDisk(place('config.raw'), {size: 16 * 2 ** 20});
	make(place('config.raw'), 'SLIPWAY-CFG', '-d', place('volume'));
	makeDisk(place('target.raw'));
	make(place('target.raw'), 'precious');
});

/** The target is its second disk, the configuration on the third. */
function machineWith(...kernelArguments: readonly string[]): MachineOptions {
	const live = liveMachine(folder, [place('target.raw'), place('config.raw')]);
	const append = [live.direct.append, ...kernelArguments].join(' ');
	return {...live, direct: {...live.direct, append}};
}

check('wipes nothing without a permit, and says why', async () => {
	await using machine = await Machine.start(machineWith());
	const decided = '/run/slipway/install/found-config';
	await machine.ok(`until [ -s ${decided} ]; do sleep 1; done`);
	assert.is(
		await machine.ok(`cat ${decided}`),
		`the volume labelled SLIPWAY-CFG: not used, since the configuration was found, not named, and names no machine
To permit it, start with the kernel argument slipway.wipe, or name this machine in its arm.`,
	);
	assert.is(await machine.ok('blkid -p -o value -s LABEL /dev/vdb'), 'precious');
	assert.is(await machine.ok('ls /run/slipway/install'), 'consoles\nfound-config');
	await machine.powerOff();
});

check('installs with one, on one console, runs its scripts, and powers off', async () => {
	{
		await using machine = await Machine.start(machineWith('slipway.wipe'));
		await machine.ended();
		assert.match(machine.console.text, 'said-by-script');
	}
	await using machine = await Machine.start({disk: place('target.raw')});
	assert.is(await machine.ok('hostname'), 'kestrel');
	assert.is(await machine.ok('cat /etc/made-by-script'), 'inside');
	assert.is(
		(await machine.run('systemctl is-system-running --wait; systemctl --failed --no-legend'))
			.output,
		'running\n',
	);
});

test.run();
