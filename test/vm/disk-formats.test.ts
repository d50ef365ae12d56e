/** Disk images that an ordinary container makes, in each format that QEMU takes, started as they are. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {StatusDocument} from '../../engine/deployment/status.ts';
import {podman} from '../host/podman.ts';
import {deriveImage} from '../setup/derived-image.ts';
import {cache, imageName, imageReference} from '../setup/image.ts';
import {startRegistry} from '../setup/registry.ts';
import {Machine} from './machine.ts';
import {hostInGuest} from './qemu-command.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('disk images');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'disk-formats-'));
test.after(() => rmSync(folder, {recursive: true}));

check('are made in one pass', async () => {
	await podman([
		...['run', '--rm', '--volume', `${folder}:/out`, imageName],
		...['disk', '--quiet', '--name', 'os', '--format', 'raw,qcow2,vmdk,vhdx,vpc', '/out'],
	]);
});

async function expectHealthy(machine: Machine): Promise<void> {
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
}

async function status(machine: Machine): Promise<StatusDocument['status']> {
	const document: StatusDocument = JSON.parse(await machine.ok('slipway status --json'));
	return document.status;
}

// A vmdk is compressed as virtual appliances are: QEMU reads those and writes to a layer of its own.
for (const ending of ['raw', 'vmdk', 'vhdx', 'vhd']) {
	check(`start as .${ending}`, async () => {
		await using machine = await Machine.start({
			disk: path.join(folder, `os.${ending}`),
			discardChanges: true,
		});
		await expectHealthy(machine);
		assert.is((await status(machine)).booted?.image?.image.image, imageReference);
		await machine.powerOff();
	});
}

check(
	'become machines of an image that their user builds on the stock one, and go back',
	async () => {
		await using registry = await startRegistry();
		const {name} = await deriveImage(`own-${registry.port}`, 'own', [
			'echo mine > /usr/share/own',
			'useradd --system owndaemon',
		]);
		await registry.push(name, 'own:1', 'gzip');
		await podman(['rmi', name]);
		const disk = path.join(folder, 'os.qcow2');
		execFileSync('qemu-img', ['resize', '-q', disk, '8G']);
		await using machine = await Machine.start({disk});
		await expectHealthy(machine);
		const stock = (await status(machine)).booted?.deployment.id ?? '';
		const own = `${hostInGuest}:${registry.port}/own:1`;
		await machine.ok(`mkdir -p /etc/containers/registries.conf.d
		printf '[[registry]]\\nlocation = "%s"\\ninsecure = true\\n' ${hostInGuest}:${registry.port} \\
			> /etc/containers/registries.conf.d/test.conf
		echo kept > /etc/mine`);
		await machine.ok(`slipway switch --quiet ${own}`, 900_000);
		await machine.reboot();
		await expectHealthy(machine);
		assert.is(await machine.ok('cat /usr/share/own /etc/mine'), 'mine\nkept');
		assert.match(await machine.ok('id owndaemon'), 'owndaemon');
		const {booted, rollback} = await status(machine);
		assert.is(booted?.image?.image.image, own);
		assert.is(rollback?.deployment.id, stock);
		await machine.ok('slipway rollback');
		await machine.reboot();
		await expectHealthy(machine);
		assert.is((await status(machine)).booted?.deployment.id, stock);
		assert.is((await machine.run('test -e /usr/share/own')).status, 1);
		await machine.powerOff();
	},
);

test.run();
