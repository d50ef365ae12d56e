/** The live system from the network: iPXE in the card's ROM takes all from an HTTP server, by UEFI and by a BIOS. */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {liveFiles} from '../../installer/live/live-medium.ts';
import {serveFiles} from '../setup/file-server.ts';
import {cache, imageName} from '../setup/image.ts';
import {makeDisk} from '../setup/install.ts';
import {makeLiveMedium} from './live-system.ts';
import {Machine} from './machine.ts';
import {hostInGuest} from './qemu-command.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('the live system from the network');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'network-'));
const disk = path.join(folder, 'disk.raw');
test.after(() => rmSync(folder, {recursive: true}));

check('is made', async () => {
	await makeLiveMedium(imageName, folder);
	makeDisk(disk);
});

for (const bios of [false, true]) {
	check(`starts by ${bios ? 'a BIOS' : 'UEFI'}, in 2 GiB`, async () => {
		using server = await serveFiles(folder);
		await using machine = await Machine.start({
			disk,
			bios,
			memoryMib: 2048,
			networkBoot: `http://${hostInGuest}:${server.port}/${liveFiles.networkScript}`,
		});
		const {output} = await machine.run(
			'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
		);
		assert.is(output, 'running\n');
		assert.is(await machine.ok('findmnt -no FSTYPE,SOURCE / | xargs'), 'overlay slipway-live');
		assert.is((await machine.run('test -e /sys/firmware/efi')).status, bios ? 1 : 0);
		assert.match(await machine.ok('lsblk -no NAME /dev/vda'), /^vda$/);
		assert.is(server.served[0], liveFiles.networkScript);
	});
}

test.run();
