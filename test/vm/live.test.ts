/** A live system of the image: booted from the ISO that `slipway disk` makes, it installs the image. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {podman} from '../host/podman.ts';
import {imageName, imageReference} from '../setup/image.ts';
import {LiveIso} from './live-system.ts';
import {Machine} from './machine.ts';
import {whyNoMachines} from './requirements.ts';

const test = suite('live system');
const problem = await whyNoMachines();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

check('is made by an ordinary container, and installs the image it is', async () => {
	using medium = await LiveIso.make();
	{
		await using machine = await Machine.start(medium.machine('cd'));
		await machine.run('systemctl is-system-running --wait');
		assert.is(await machine.ok('findmnt -no FSTYPE,SOURCE / | xargs'), 'overlay slipway-live');
		assert.is(await machine.ok('touch /etc/written /usr/written && echo written'), 'written');
		const units = ['slipway-installer@tty1', 'slipway-installer@ttyS0', 'slipway-shell@tty2'];
		for (const unit of units)
			assert.is(await machine.ok(`systemctl show -P ActiveState ${unit}.service`), 'active', unit);
		for (const unit of ['getty@tty1', 'serial-getty@ttyS0', 'slipway-update.timer'])
			assert.is((await machine.run(`systemctl is-active ${unit}`)).output, 'inactive\n', unit);

		const refused = await machine.run('slipway install --wipe /dev/sr0');
		assert.match(refused.output, 'the system that runs here is on /dev/sr0');
		await machine.ok('slipway install --quiet /dev/vda');
		await machine.powerOff();
	}
	await using machine = await Machine.start({disk: medium.target});
	const origin = JSON.parse(await machine.ok('cat /sysroot/state/deploy/*/origin.json'));
	assert.is(origin.installed.source, 'live medium');
	const {stdout} = await podman(['run', '--rm', imageName, 'digest', '--quiet', '--boot', '/']);
	assert.is(origin.imageVerity.digest, stdout.trim());
	assert.is(origin.image.image, imageReference);
	assert.is(
		(await machine.run('systemctl is-system-running --wait; systemctl --failed --no-legend'))
			.output,
		'running\n',
	);
});

test.run();
