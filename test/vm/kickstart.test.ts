/** Machines that sample kickstarts describe, adapted to tests: nobody is asked, and each is what its file says. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {podman} from '../host/podman.ts';
import {buildFullImage, cache, fullImageName, imageName} from '../setup/image.ts';
import {attachDisk, makeDisk} from '../setup/install.ts';
import {
	type Adaptations,
	adaptedSample,
	dynamicInclude,
	explicitServer,
	minimalWipe,
	siteCertificate,
} from './adapted-samples.ts';
import {liveMachine, makeLiveMedium} from './live-system.ts';
import {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('machine by kickstart');
const problem = runsAll ? await whyNoMachines() : beyondQuota;
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'kickstart-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

test.before(() => {
	if (problem !== undefined) return;
	mkdirSync(place('volume'));
	execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', place('key')]);
});

/** Puts it where containers and the volume of a live system have it. */
function writeKickstart(name: string, adaptations: (key: string) => Adaptations): void {
	const key = readFileSync(place('key.pub'), 'utf8').trim();
	writeFileSync(place(`volume/${name}`), adaptedSample(name, adaptations(key)), {mode: 0o600});
}

/** In a container without a terminal, onto a new disk. */
async function install(image: string, kickstart: string, disk: string): Promise<void> {
	makeDisk(disk);
	using device = attachDisk(disk);
	await podman([
		...['run', '--rm', '--privileged', '--volume', `${place('volume')}:/config:ro`, image],
		...['install', '--config', `/config/${kickstart}`, device.path],
	]);
}

async function expectWell(machine: Machine, fileSystem: string): Promise<void> {
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	assert.is(await machine.ok('findmnt -no FSTYPE /sysroot'), fileSystem);
	assert.is(await machine.ok('swapon --show --noheadings'), '');
}

/** Over the network of the machine itself, by the key that its file has. */
async function expectLogin(machine: Machine, user: string): Promise<void> {
	await machine.ok(`umask 77; cat > /run/key <<'END'\n${readFileSync(place('key'), 'utf8')}END`);
	const ssh = `ssh -i /run/key -o StrictHostKeyChecking=no -o BatchMode=yes ${user}@localhost`;
	assert.match(await machine.ok(`${ssh} id -un 2>&1`), new RegExp(`^${user}$`, 'm'));
}

const passwordField = (user: string) => `getent shadow ${user} | cut -d: -f2`;

check('is one disk, wiped, with a key for root, by 01', async () => {
	writeKickstart('01-minimal-wipe.ks', minimalWipe);
	await install(imageName, '01-minimal-wipe.ks', place('minimal.raw'));
	await using machine = await Machine.start({disk: place('minimal.raw')});
	await expectWell(machine, 'xfs');
	assert.is(await machine.ok('. /etc/locale.conf; echo $LANG'), 'C.UTF-8');
	assert.match(await machine.ok(passwordField('root')), /^[!*]/);
	await expectLogin(machine, 'root');
});

check('is a server with its users, services, address and script, by 03', async () => {
	await buildFullImage();
	writeKickstart('03-server-explicit.ks', explicitServer);
	await install(fullImageName, '03-server-explicit.ks', place('server.raw'));
	await using machine = await Machine.start({disk: place('server.raw')});
	await expectWell(machine, 'xfs');
	assert.is(await machine.ok('hostname'), 'db1.example.test');
	assert.is(await machine.ok('. /etc/locale.conf; echo $LANG'), 'en_GB.UTF-8');
	assert.is(await machine.ok('readlink /etc/localtime'), '../usr/share/zoneinfo/Etc/UTC');
	assert.match(await machine.ok('cat /etc/vconsole.conf'), /^KEYMAP=uk$/m);
	assert.match(await machine.ok('cat /proc/cmdline'), 'console=tty0 console=ttyS0,115200n8');
	await machine.ok('nm-online -q -s -t 120');
	const address = 'ip -o address show to';
	assert.match(await machine.ok(`${address} 192.0.2.10/32`), ' 192.0.2.10/24 ');
	assert.match(await machine.ok(`${address} 2001:db8::10/128`), ' 2001:db8::10/64 ');
	assert.match(await machine.ok('ip -o link'), ' mtu 9000 ');
	assert.match(await machine.ok('ip route show default'), /^default via 192\.0\.2\.1 /);
	assert.match(await machine.ok(passwordField('root')), /^\$6\$sampleSALT1\$/);
	assert.match(await machine.ok(passwordField('deploy')), /^[!*]/);
	assert.is(
		await machine.ok('getent passwd deploy; getent group dba'),
		'deploy:x:2000:2000::/var/home/deploy:/bin/bash\ndba:x:2100:deploy',
	);
	assert.is(
		await machine.ok('id -nG deploy | tr " " "\\n" | sort | paste -sd " "'),
		'dba deploy wheel',
	);
	await expectLogin(machine, 'deploy');
	const enabled = await machine.run('systemctl is-enabled e2scrub_reap fstrim.timer ssh');
	assert.is(enabled.output, 'disabled\ndisabled\nenabled\n');
	assert.is(await machine.ok('cat /etc/motd.d/10-host'), 'db1, installed by kickstart');
});

check('is on the disk that %pre picks in a live system, by 05', async () => {
	writeKickstart('05-dynamic-include.ks', dynamicInclude);
	await makeLiveMedium(imageName, folder);
	makeDisk(place('volume.raw'), {size: 16 * 2 ** 20});
	execFileSync('mke2fs', [
		...['-q', '-F', '-t', 'ext4', '-L', 'SITE', '-d', place('volume'), place('volume.raw')],
	]);
	const sizes = {small: 2, large: 8, middle: 5};
	const disks = Object.entries(sizes).map(([name, GiB]) => {
		makeDisk(place(name), {size: GiB * 2 ** 30});
		return place(name);
	});
	{
		const live = liveMachine(folder, [...disks, place('volume.raw')]);
		const append = `${live.direct.append} slipway.config=SITE:05-dynamic-include.ks`;
		await using machine = await Machine.start({...live, direct: {...live.direct, append}});
		await machine.ended();
		assert.match(machine.console.text, '/dev/vdd boots ');
	}
	for (const name of ['small', 'large'])
		assert.is(execFileSync('wipefs', ['--noheadings', place(name)], {encoding: 'utf8'}), '');
	await using machine = await Machine.start({disk: place('middle')});
	await expectWell(machine, 'ext4');
	assert.is(await machine.ok('readlink /etc/localtime'), '../usr/share/zoneinfo/America/New_York');
	const wait = '/usr/lib/systemd/systemd-networkd-wait-online --timeout=120';
	assert.match(await machine.ok(`${wait}; ip -o -4 address`), ' 10.0.2.15/24 ');
	const [line = ''] = siteCertificate.split('\n');
	assert.is(await machine.ok(`grep -cF '${line}' /etc/ssl/certs/ca-certificates.crt`), '1');
	await expectLogin(machine, 'root');
});

test.run();
