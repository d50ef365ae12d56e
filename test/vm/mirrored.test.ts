/** A root and boot partition on two disks: boots with both, and with either alone. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {buildFullImage, cache, fullImageName} from '../setup/image.ts';
import {makeDisk} from '../setup/install.ts';
import {findPartition} from './installed-disk.ts';
import {liveMachine, makeLiveMedium} from './live-system.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('mirrored root');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'mirrored-'));
const place = (name: string) => path.join(folder, name);
const disks = [place('one.raw'), place('other.raw')];
test.after(() => rmSync(folder, {recursive: true}));

function bootFiles(disk: string): string {
	const {offset} = findPartition(disk, 'slipway-esp');
	const listed = execFileSync('mdir', ['-/', '-b', '-i', `${disk}@@${offset}`, '::/'], {
		encoding: 'utf8',
	});
	return listed
		.split('\n')
		.filter((line) => !line.includes('random-seed'))
		.sort()
		.join('\n');
}

async function expectWell(machine: Machine, degraded: number): Promise<void> {
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	assert.match(await machine.ok('findmnt -no SOURCE /sysroot'), /^\/dev\/md/);
	assert.is(await machine.ok('cat /sys/class/block/md*/md/degraded'), String(degraded));
	assert.match(await machine.ok('bootctl --print-boot-path'), /^\/(boot|efi)$/);
}

check('is made by a live system, on both disks or none', async () => {
	await buildFullImage();
	await makeLiveMedium(fullImageName, folder);
	for (const disk of disks) makeDisk(disk, {size: 6 * 2 ** 30});
	await using machine = await Machine.start(liveMachine(folder, disks));
	const install = 'slipway install --quiet';
	const refused = await machine.run(`${install} --mirror /dev/vdb /dev/vdb`);
	assert.match(refused.output, '/dev/vdb and /dev/vdb are the same disk');
	const plan = await machine.ok(`${install} --dry-run --mirror /dev/vdc /dev/vdb`);
	assert.match(plan, /^Mirror: +the root, MD RAID1 \S+ over \/dev\/vdb, \/dev\/vdc$/m);
	await machine.ok(`${install} --mirror /dev/vdc /dev/vdb`);
	assert.is(await machine.ok('losetup -l'), '');
	await machine.powerOff();
	assert.is(bootFiles(disks[1] ?? ''), bootFiles(disks[0] ?? ''));
});

check('keeps both boot partitions in step', async () => {
	const [disk = '', ...moreDisks] = disks;
	await using machine = await Machine.start({disk, moreDisks});
	await expectWell(machine, 0);
	await machine.ok('slipway kargs add slipway-test=1');
	await machine.reboot();
	await expectWell(machine, 0);
	assert.match(await machine.ok('cat /proc/cmdline'), 'slipway-test=1');
	await machine.powerOff();
	const files = bootFiles(disk);
	assert.is(files.match(/slipway-\S+\.conf/g)?.length, 2);
	assert.is(bootFiles(disks[1] ?? ''), files);
});

for (const [index, name] of ['first', 'second'].entries())
	check(`boots from the ${name} disk alone`, async () => {
		await using machine = await Machine.start({disk: disks[index] ?? '', discardChanges: true});
		await expectWell(machine, 1);
		assert.match(await machine.ok('cat /proc/cmdline'), 'slipway-test=1');
		assert.is(await machine.ok('touch /var/written && echo written'), 'written');
	});

test.run();
