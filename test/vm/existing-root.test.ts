/**
 * A stock Debian becomes the image: it installs from a container over its own root, boots the new system with
 * the names, keys and homes that it had, can go back, and loses the old one when that is asked for.
 */
import {existsSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {podman} from '../host/podman.ts';
import {debianRoot} from '../setup/debian-root.ts';
import {cache, imageName, imageReference} from '../setup/image.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';
import {makeDataDisk, makeStockDisk, stockMachine} from './stock-debian.ts';

const test = suite('a stock Debian that becomes the image');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const {hostname, machineId, user, uid} = stockMachine;
/** An emulated machine takes minutes to unpack an image. */
const pullingMs = 1_800_000;
const inContainer = 'podman run --rm --privileged -v /:/target image';
const install = `${inContainer} install to-existing-root --quiet --target-image ${imageReference}`;
/** With the keys that were there before, and no others. */
const login = `su ${user} -c "ssh -o BatchMode=yes -o UserKnownHostsFile=/home/${user}/known -o StrictHostKeyChecking=yes ${user}@localhost id -un"`;

check('is there again after the reboot, and goes when it is not needed any more', async () => {
	mkdirSync(cache, {recursive: true});
	const folder = mkdtempSync(path.join(cache, 'existing-'));
	try {
		const disk = path.join(folder, 'disk.raw');
		makeStockDisk(disk, folder);
		if (!existsSync(debianRoot('stock-trixie'))) throw new Error('no Debian could be made');
		const archive = path.join(folder, 'image.tar');
		await podman(['save', '--quiet', '--format', 'oci-archive', '--output', archive, imageName]);
		const data = path.join(folder, 'data.raw');
		makeDataDisk(data, archive, folder);
		rmSync(archive);
		await using machine = await Machine.start({disk, moreDisks: [data], memoryMib: 2048});
		await useOldSystem(machine);
		await takeOver(machine);
		await goBackAndForth(machine);
		await cleanUp(machine);
	} finally {
		rmSync(folder, {recursive: true});
	}
});

async function useOldSystem(machine: Machine): Promise<void> {
	await machine.booted();
	assert.match(await machine.ok('findmnt -no SOURCE /'), /^\/dev\/vda2$/);
	await machine.ok(`echo precious > /home/${user}/file && chown ${user}: /home/${user}/file`);
	await machine.ok(
		`sed 's/^/localhost /' /etc/ssh/ssh_host_ed25519_key.pub > /home/${user}/known && chown ${user}: /home/${user}/known`,
	);
	await machine.ok('mount /dev/vdb /mnt');
	await machine.ok(
		'podman pull --quiet oci-archive:/mnt/image.tar > /tmp/id && podman tag $(cat /tmp/id) image',
		pullingMs,
	);
}

async function takeOver(machine: Machine): Promise<void> {
	const before = await machine.ok('ls -A /');
	const plan = await machine.ok(`${install} --dry-run`);
	assert.match(plan, `hostname      ${hostname}\n`);
	assert.match(plan, `users         ${user} (${uid})`);
	assert.match(plan, 'which the boot menu starts by EFI/BOOT/BOOTX64.EFI');
	assert.match(plan, 'the file system was made without fs-verity');
	assert.is(await machine.ok('ls -A /'), before);
	console.log(await machine.ok(install, pullingMs));
	const again = await machine.run(install);
	assert.is(again.status, 3, again.output);
	await machine.reboot();
	await checkNewSystem(machine);
}

async function checkNewSystem(machine: Machine): Promise<void> {
	assert.match(await machine.ok('cat /proc/cmdline'), / composefs=\?[0-9a-f]{64} slipway=/);
	assert.is(await machine.ok('hostname'), hostname);
	assert.is(await machine.ok('cat /etc/machine-id'), machineId);
	assert.is(await machine.ok(`id -u ${user}`), String(uid));
	assert.is(await machine.ok(`cat /home/${user}/file`), 'precious');
	assert.match(await machine.ok(`findmnt -no OPTIONS /var/home/${user}`), /^rw/);
	await machine.ok('systemctl start ssh.service');
	assert.is(await machine.ok(login), user);
	await machine.ok('/usr/lib/systemd/systemd-networkd-wait-online --any --timeout=120');
	assert.match(await machine.ok('ls /etc/systemd/network'), '10-lan.network');
	await machine.ok('systemctl start boot-complete.target');
}

/** The old system starts from its entry, with the same homes; what boots by itself is the new one. */
async function goBackAndForth(machine: Machine): Promise<void> {
	await machine.ok('bootctl set-oneshot slipway-previous.conf');
	await machine.reboot();
	assert.match(await machine.ok('findmnt -no SOURCE /'), /^\/dev\/vda2$/);
	assert.is(await machine.ok(`cat /home/${user}/file`), 'precious');
	await machine.ok(`echo more >> /home/${user}/file`);
	await machine.reboot();
	assert.is(await machine.ok(`cat /home/${user}/file`), 'precious\nmore');
	await checkFirmware(machine);
}

async function checkFirmware(machine: Machine): Promise<void> {
	const boot = await machine.ok('bootctl status --no-pager');
	assert.match(boot, /systemd-bootx64\.efi/i);
	const esp = await machine.ok('bootctl --print-esp-path');
	assert.is(await machine.ok(`cat ${esp}/EFI/others/keep.txt`), 'of another system');
}

async function cleanUp(machine: Machine): Promise<void> {
	await machine.ok('systemctl start boot-complete.target');
	const asked = await machine.run('slipway cleanup-previous');
	assert.is(asked.status, 3, asked.output);
	assert.match(await machine.ok('slipway cleanup-previous --dry-run'), /^ {2}usr$/m);
	const free = async () => Number(await machine.ok('stat -f -c "%a * %S" /sysroot | xargs expr'));
	const before = await free();
	const said = await machine.ok('slipway cleanup-previous --yes --quiet');
	assert.match(said, /^removed Debian .* freed$/);
	const freed = (await free()) - before;
	console.log(said, `${(freed / 2 ** 20).toFixed()} MiB more are free`);
	assert.ok(freed > 500 * 2 ** 20);
	assert.is(await machine.ok('ls -A /sysroot | tr "\\n" " "'), 'composefs home lost+found state ');
	const esp = await machine.ok('bootctl --print-esp-path');
	assert.is(await machine.ok(`ls ${esp}/EFI | tr "\\n" " "`), 'BOOT Linux others systemd ');
	assert.is((await machine.run('slipway cleanup-previous --yes')).status, 3);
	await machine.reboot();
	assert.is(await machine.ok(`cat /home/${user}/file`), 'precious\nmore');
	assert.match(await machine.ok('slipway status'), 'Booted image');
}

test.run();
