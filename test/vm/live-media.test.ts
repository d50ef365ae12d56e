/** ISOs in the ways that people start them: checked, as a stick and a disk, unattended, customised, always offline. */
import {execFileSync} from 'node:child_process';
import {closeSync, openSync, writeSync} from 'node:fs';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {LiveIso} from './live-system.ts';
import {Machine} from './machine.ts';
import type {MachineOptions} from './qemu-command.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('live media');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const config = (hostname: string) => `version = 1
disk = "/dev/vda"
[system]
hostname = "${hostname}"
[finish]
action = "poweroff"
`;

async function expectLive(options: MachineOptions): Promise<void> {
	await using machine = await Machine.start(options);
	const {output} = await machine.run('systemctl is-system-running --wait');
	assert.is(output, 'running\n');
	assert.is(await machine.ok('findmnt -no FSTYPE,SOURCE / | xargs'), 'overlay slipway-live');
	await machine.powerOff();
}

async function expectInstalled(
	disk: string,
	hostname: string,
	{bios = false}: Pick<MachineOptions, 'bios'> = {},
): Promise<void> {
	await using machine = await Machine.start({disk, bios});
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend',
	);
	assert.is(output, 'running\n');
	assert.is(await machine.ok('hostname'), hostname);
}

check('start from a stick, and from a disk that they were written to', async () => {
	using medium = await LiveIso.make();
	await expectLive(medium.machine('usb'));
	await expectLive({disk: medium.file, discardChanges: true, memoryMib: 2048, offline: true});
});

check('start nothing that they find damaged', async () => {
	using medium = await LiveIso.make(['--karg', 'slipway.check']);
	await expectLive(medium.machine('cd'));
	damage(medium.file);
	await using machine = await Machine.start({...medium.machine('cd'), endOnReboot: true});
	await machine.console.waitFor(/slipway: .*damaged/i, 600_000);
});

/** A byte within the image on the medium. */
function damage(file: string): void {
	const report = execFileSync(
		'xorriso',
		['-indev', file, '-find', '/slipway/root.erofs', '-exec', 'report_lba'],
		{
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		},
	);
	const [, block = '0'] = /File data lba: +0 , +(\d+)/.exec(report) ?? [];
	const fd = openSync(file, 'r+');
	writeSync(fd, Buffer.from('damage'), 0, 6, Number(block) * 2048 + 5_000_000);
	closeSync(fd);
}

check('install by the configuration that they bring, and by another one', async () => {
	const files = {'one.toml': config('osprey'), 'two.toml': config('harrier')};
	using medium = await LiveIso.make(['--config', '/out/one.toml', '--may-wipe'], files);
	{
		await using machine = await Machine.start(medium.machine('cd'));
		await machine.ended();
	}
	await expectInstalled(medium.target, 'osprey');
	await medium.customize(['--config', '/out/two.toml', '--may-wipe']);
	medium.emptyTarget();
	{
		await using machine = await Machine.start(medium.machine('cd'));
		await machine.ended();
	}
	await expectInstalled(medium.target, 'harrier');
});

check('install for a BIOS on machines that a BIOS has started', async () => {
	const files = {'site.toml': config('kestrel')};
	const words = ['--firmware', 'both', '--config', '/out/site.toml', '--may-wipe'];
	using medium = await LiveIso.make(words, files);
	{
		await using machine = await Machine.start({...medium.machine('cd'), bios: true});
		await machine.ended();
	}
	await expectInstalled(medium.target, 'kestrel', {bios: true});
});

test.run();
