/** What follows the image beside the root: the kernel that need not be restarted, and the boot loader. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {exitStatus} from '../../engine/errors.ts';
import {FollowedImage} from './followed-image.ts';
import type {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('a soft reboot, and the boot loader');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const bootId = 'cat /proc/sys/kernel/random/boot_id';
const loaderInImage = '/usr/lib/systemd/boot/efi/systemd-bootx64.efi';
const copies = ['EFI/systemd/systemd-bootx64.efi', 'EFI/BOOT/BOOTX64.EFI'];

let followed: FollowedImage;
let machine: Machine;
/** Of version 1. */
let first: string;

test.after(() => followed?.[Symbol.asyncDispose]());

check('refuses a soft reboot that would need another kernel command line', async () => {
	followed = await FollowedImage.start([]);
	machine = followed.machine;
	first = (await followed.status()).booted?.deployment.id ?? '';
	await followed.publish('1.5', [
		`echo 'kargs = ["slipway.test=1"]' > /usr/lib/slipway/kargs.d/50-test.toml`,
	]);
	const {status, output} = await machine.run('slipway upgrade --soft-reboot=required');
	assert.is(status, exitStatus.refused, output);
	assert.match(output, 'slipway.test=1');
	assert.is((await followed.status()).staged, null);
});

check('starts a version with the same kernel without restarting the machine', async () => {
	await followed.publish('2', ['echo v2 > /etc/test-soft']);
	await machine.ok('echo own > /etc/test-own; echo kept > /var/note');
	const before = await machine.ok(bootId);
	await machine.ok('slipway upgrade --soft-reboot=required');
	const {staged, softRebootPrepared} = await followed.status();
	assert.is(softRebootPrepared, staged?.deployment.id);
	await machine.softReboot();
	await followed.expectRunning('2');
	assert.is(await machine.ok(bootId), before);
	assert.is(await machine.ok('cat /etc/test-soft /etc/test-own /var/note'), 'v2\nown\nkept');
	assert.match(await machine.ok('findmnt -no OPTIONS /sysroot'), /^ro\b/);
	const {booted, rollback} = await followed.status();
	assert.is(booted?.deployment.health, 'good');
	assert.is(rollback?.deployment.id, first);
});

check('replaces the boot loader once the version that brings it is known to be good', async () => {
	await followed.publish('3', [
		`sed -i 's/LoaderInfo: systemd-boot 2/LoaderInfo: systemd-boot 9/' ${loaderInImage}*`,
	]);
	await followed.stage();
	const isAsInImage = () =>
		machine.ok(
			`esp=$(bootctl --print-esp-path)
			for copy in ${copies.join(' ')}; do cmp -s ${loaderInImage} $esp/$copy && echo same || echo other; done`,
		);
	assert.is(await isAsInImage(), 'same\nsame');
	await machine.reboot();
	await followed.expectRunning('3');
	assert.is(await isAsInImage(), 'same\nsame');
	assert.match(
		await machine.ok(`grep -ao 'LoaderInfo: systemd-boot [^ ]*' ${loaderInImage}`),
		'boot 9',
	);
});

check('keeps the newer boot loader when it goes back, and starts with it', async () => {
	await machine.ok('slipway rollback');
	await machine.reboot();
	await followed.expectRunning('2');
	const {copies} = JSON.parse(await machine.ok('slipway boot-loader update --dry-run --json'));
	assert.equal(
		copies.map(({state, replace}: {state: string; replace: boolean}) => [state, replace]),
		[
			['newer', false],
			['newer', false],
		],
	);
});

test.run();
