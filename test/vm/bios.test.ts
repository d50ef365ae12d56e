/** A disk that a BIOS starts by GRUB, and UEFI by systemd-boot; the tests follow its machine in order. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {FollowedImage} from './followed-image.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('a machine with a BIOS');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

let followed: FollowedImage;
let machine: Machine;
let first: string;
let second: string;

test.after(() => followed?.[Symbol.asyncDispose]());

const boot = '$(bootctl --print-boot-path)';
const entries = async (): Promise<readonly string[]> =>
	(await machine.ok(`ls "${boot}/loader/entries"`)).split('\n').sort();

check('starts, and is blessed', async () => {
	followed = await FollowedImage.start([], {bios: true});
	machine = followed.machine;
	await machine.ok('test ! -e /sys/firmware/efi');
	first = (await followed.status()).booted?.deployment.id ?? '';
	assert.equal(await entries(), [`slipway-${first}.conf`]);
	assert.match(await machine.ok('cat /proc/cmdline'), / slipway\.attempt=1$/);
	assert.match(await machine.ok('slipway boot-loader update'), 'as in the image: GRUB on /dev/vda');
	assert.is((await machine.run(`grep -c ^tried_ "${boot}/grub/grubenv"`)).output, '0\n');
});

check('is updated', async () => {
	await followed.publish('2', ['echo v2 > /etc/test-version']);
	second = await followed.stage();
	await machine.reboot();
	await followed.expectRunning('2');
	const {booted, rollback, bootReason} = await followed.status();
	assert.equal([booted?.deployment.id, rollback?.deployment.id], [second, first]);
	assert.equal(bootReason, {kind: 'newest'});
	assert.is(booted?.deployment.health, 'good');
	assert.equal(await entries(), [first, second].map((id) => `slipway-${id}.conf`).sort());
});

check('goes back, and forth again', async () => {
	for (const [id, version] of [
		[first, '1'],
		[second, '2'],
	] as const) {
		await machine.ok(`slipway rollback ${id}`);
		await machine.reboot();
		await followed.expectRunning(version);
		assert.equal((await followed.status()).bootReason, {kind: 'rolled-back'});
	}
});

check('comes back by itself from a version that does not get well', async () => {
	const place = '/usr/lib/slipway/health.d/10-test';
	await followed.publish('3', [
		`mkdir -p $(dirname ${place})`,
		`printf '#!/bin/sh\\nexit 1\\n' > ${place}`,
		`chmod 755 ${place}`,
	]);
	const third = await followed.stage();
	await machine.reboot(4);
	await followed.expectRunning('2');
	const {booted, bootReason} = await followed.status();
	assert.is(booted?.deployment.id, second);
	assert.is(bootReason?.kind, 'fell-back');
	assert.match(JSON.stringify(bootReason), 'health check 10-test failed');
	assert.ok((await entries()).includes(`slipway-${third}+0-3.conf`));
	assert.match((await machine.run('slipway upgrade')).output, 'has failed on this machine before');
});

check('comes back from a version whose kernel panics', async () => {
	await followed.publish('4', [
		`echo 'kargs = ["rdinit=/nothing-there"]' > /usr/lib/slipway/kargs.d/50-test.toml`,
	]);
	const fourth = await followed.stage();
	await machine.reboot();
	await followed.expectRunning('2');
	assert.is(machine.console.text.match(/Kernel panic - not syncing/g)?.length, 3);
	assert.ok((await entries()).includes(`slipway-${fourth}+0-3.conf`));
});

check('starts by UEFI as well, and boots the same', async () => {
	await machine.powerOff();
	await using other = await Machine.start({disk: followed.disk.file});
	const {output} = await other.run('systemctl is-system-running --wait; ls -d /sys/firmware/efi');
	assert.is(output, 'running\n/sys/firmware/efi\n');
	assert.match(await other.ok('cat /proc/cmdline'), `slipway=${second}`);
});

test.run();
