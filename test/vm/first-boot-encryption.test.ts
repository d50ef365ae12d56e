/** A disk image that its machine encrypts at its first boot, with a key of its own, and a power cut meanwhile. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {StatusDocument} from '../../engine/deployment/status.ts';
import {podman} from '../host/podman.ts';
import {buildFullImage, cache, fullImageName} from '../setup/image.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';
import {startTpm, whyNoTpm} from './tpm.ts';

const test = suite('encryption at the first boot');
const problem = runsAll ? ((await whyNoMachines()) ?? whyNoTpm()) : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'first-boot-encryption-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

async function disk(...words: readonly string[]) {
	const volume = ['--volume', `${folder}:/config`];
	return await podman(['run', '--rm', ...volume, fullImageName, 'disk', ...words], {
		okStatuses: [0, 3],
	});
}

check('leaves an image that is whole, and names no secret', async () => {
	await buildFullImage();
	writeFileSync(
		place('secret.toml'),
		'version = 1\n[storage.encryption]\npassphrase = {file = "/config/secret.toml"}\n',
	);
	const refused = await disk('--format', 'raw', '--config', '/config/secret.toml', '/config');
	assert.is(refused.status, 3, refused.stderr);
	assert.match(refused.stderr, 'storage.encryption.passphrase');
	writeFileSync(place('site.toml'), 'version = 1\n[storage]\nencryption = {tpm2 = true}\n');
	// As small as it can be: a virtual machine without KVM encrypts some MiB in a second.
	await disk(
		...['--format', 'qcow2', '--name', 'site', '--size', '2200 MiB'],
		...['--config', '/config/site.toml', '/config'],
	);
	const verified = await disk('verify', '/config/site.qcow2');
	assert.is(verified.status, 0, verified.stdout + verified.stderr);
	const manifest = JSON.parse(readFileSync(place('site.manifest.json'), 'utf8'));
	assert.match(manifest.deployment.commandLine, /rd\.luks\.name=\S+=slipway-root/);
});

check('is done by the machine, and goes on after a power cut', async () => {
	const image = place('site.qcow2');
	execFileSync('qemu-img', ['resize', '-q', image, '8G']);
	const start = async () => Machine.start({disk: image, tpm: startTpm(place('tpm'))});
	{
		await using machine = await start();
		await machine.console.waitFor(/slipway: encrypting the root, once/, 600_000);
		await machine.console.waitFor(/Progress: +[1-9]\d\.\d%/, 600_000);
		await machine.kill();
	}
	await using machine = await start();
	await machine.booted();
	assert.not.match(machine.console.text, 'encrypting the root, once');
	assert.match(machine.console.text, 'slipway: the root is encrypted');
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	assert.is(await machine.ok('findmnt -no SOURCE /sysroot'), '/dev/mapper/slipway-root');
	const status: StatusDocument = JSON.parse(await machine.ok('slipway status --json'));
	assert.equal(status.status.rootEncryption, {
		type: 'luks2',
		unlockedBy: [{kind: 'tpm2', pcrs: [7], pin: false}, {kind: 'recovery-key'}],
	});
	// Nothing of the image is damaged, and none of it is left in clear.
	await machine.ok('slipway verify');
	const below = await machine.ok('lsblk -nslo PATH /dev/mapper/slipway-root | sed -n 2p');
	const header = await machine.ok(`cryptsetup luksDump ${below}`);
	assert.not.match(header, 'Requirements');
	assert.is(header.match(/^ +\d+: luks2$/gm)?.length, 2);
	assert.match(header, /^ +0: crypt\n\toffset: 16777216 .*\n\tlength: \(whole device\)$/m);
	const inClear = `blkid --probe --offset 16777216 --match-tag UUID --output value ${below}`;
	assert.is((await machine.run(inClear)).output, '');
	// The recovery key that was made for it opens it, and only root has it.
	const kept = '/var/lib/slipway/recovery-key';
	assert.is(await machine.ok(`stat -c '%a %U' ${kept}`), '600 root');
	await machine.ok(`tr -d '\\n' < ${kept} > /run/typed`);
	await machine.ok(`cryptsetup open --test-passphrase --key-file /run/typed ${below}`);
	// It has all of its disk, at once.
	const size = Number(await machine.ok('df --block-size=1 --output=size /sysroot | tail -n 1'));
	assert.ok(size > 6.5 * 2 ** 30, `a root of ${size} bytes`);
	assert.is(await machine.ok('ls /sysroot/state/os/default/first-boot'), '');
	await machine.powerOff();
});

test.run();
