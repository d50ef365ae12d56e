/** What a person finds on a machine that was just installed; the tests follow one machine in order. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {exitStatus} from '../../engine/errors.ts';
import type {MachineStatus} from '../../engine/update/update-status.ts';
import {imageReference} from '../setup/image.ts';
import {InstalledDisk} from './installed-disk.ts';
import {Machine} from './machine.ts';
import {whyNoMachines} from './requirements.ts';

const test = suite('an installed machine');
const problem = await whyNoMachines();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

/** Where people and programs may write, links into /var and /etc included. */
const writablePlaces = ['/etc', '/var', '/root', '/home', '/srv', '/opt', '/mnt', '/usr/local/bin'];
const writableFiles = [...writablePlaces.map((place) => `${place}/note`), '/home/ada/note'];
const readOnlyPlaces = ['/', '/usr', '/usr/bin', '/sysroot', '/sysroot/composefs/objects'];

/** What one machine has and no other: machine ID and host keys. */
const readIdentity =
	'cat /etc/machine-id; for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $key; done';

let disk: InstalledDisk;
let machine: Machine;
let status: MachineStatus;
let identity: string;

test.after(async () => {
	await machine?.[Symbol.asyncDispose]();
	disk?.[Symbol.dispose]();
});

async function expectRunning(): Promise<void> {
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
}

/** The digest of a file's fs-verity is the name of its object. */
async function objectOf(file: string): Promise<string> {
	const [digest] = (await machine.ok(`fsverity digest ${file}`)).split(' ');
	return digest?.replace('sha256:', '') ?? '';
}

async function readStatus(user = 'root'): Promise<MachineStatus> {
	return JSON.parse(await machine.ok(`runuser -u ${user} -- slipway status --json`));
}

/** When the updater has looked, and what it then waits for, goes by the clock. */
function besidesUpdates({update: _, ...others}: MachineStatus): Omit<MachineStatus, 'update'> {
	return others;
}

check('comes up with no failed unit', async () => {
	disk = await InstalledDisk.make({args: ['--target-image', imageReference]});
	machine = await Machine.start({disk: disk.file});
	await expectRunning();
});

check('tells everybody the same about itself', async () => {
	status = await readStatus();
	assert.equal(besidesUpdates(await readStatus('nobody')), besidesUpdates(status));
	const {booted, staged, rollback, otherDeployments, fsVerity} = status.status;
	assert.equal(booted?.image?.image, {image: imageReference, transport: 'registry'});
	assert.match(booted?.deployment.id ?? '', /^[0-9a-f]{12}\.0$/);
	assert.match(booted?.deployment.imageVerity?.digest ?? '', /^[0-9a-f]{64}$/);
	assert.is(booted?.deployment.health, 'good');
	assert.equal(
		{staged, rollback, otherDeployments},
		{
			staged: null,
			rollback: null,
			otherDeployments: [],
		},
	);
	assert.equal(fsVerity, {enforced: true});
	assert.equal(status.warnings, []);
});

check('has the image as its root, of which every file is checked', async () => {
	const [type, options = ''] = (await machine.ok('findmnt -no FSTYPE,OPTIONS /')).split(/\s+/);
	assert.is(type, 'overlay');
	const wanted = [
		'ro',
		'verity=require',
		'lowerdir=/run/slipway/image::/sysroot/composefs/objects',
	];
	assert.equal(
		options
			.split(',')
			.filter((option) => wanted.includes(option))
			.sort(),
		wanted.sort(),
	);
	const digest = status.status.booted?.deployment.imageVerity?.digest;
	assert.match(await machine.ok('cat /proc/cmdline'), `composefs=${digest} `);
	assert.match(
		await machine.ok(`fsverity measure /sysroot/composefs/images/${digest}`),
		`sha256:${digest} `,
	);
});

check('lets nobody write to the system', async () => {
	for (const place of readOnlyPlaces) {
		const {status, output} = await machine.run(`touch ${place}/note`);
		assert.is(status, 1);
		assert.match(output, /Read-only file system/);
	}
});

check('has its boot partition at /boot, and an entry known to be good', async () => {
	const esp = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
	assert.is(await machine.ok('ls /boot/loader/entries'), `slipway-${deploymentId()}.conf`);
	assert.is(await machine.ok('lsblk -no PARTTYPE $(findmnt -no SOURCE -t vfat /boot)'), esp);
});

function deploymentId(): string {
	return status.status.booted?.deployment.id ?? '';
}

check('lets people keep what they write', async () => {
	await machine.ok('useradd --create-home ada');
	await machine.ok('runuser -u ada -- sh -c "echo /home/ada/note > ~/note"');
	for (const place of writablePlaces) await machine.ok(`echo ${place}/note > ${place}/note`);
	identity = await machine.ok(readIdentity);
	assert.match(identity, /^[0-9a-f]{32}\n(.*SHA256:.*\n?){3}$/);

	await machine.reboot();
	await expectRunning();
	assert.is(await machine.ok(`cat ${writableFiles.join(' ')}`), writableFiles.join('\n'));
	assert.is(await machine.ok('stat -c %U ~ada ~ada/note'), 'ada\nada');
});

check('stays the machine that it is when it restarts', async () => {
	assert.is(await machine.ok(readIdentity), identity);
	assert.equal(besidesUpdates(await readStatus()), besidesUpdates(status));
});

check('finds nothing superfluous in its store', async () => {
	assert.is(
		await machine.ok('slipway gc --dry-run'),
		'would remove 0 deployments, 0 images, 0 layer records, 0 objects: 0 B',
	);
});

check('reads no wrong data from the disk, and names what is damaged and nothing else', async () => {
	const file = '/usr/share/common-licenses/GPL-3';
	const digest = await objectOf(file);
	const object = `/sysroot/composefs/objects/${digest.slice(0, 2)}/${digest.slice(2)}`;
	await machine.ok(flipFirstByte(object));

	const {status, output} = await machine.run(`cat ${file} > /tmp/copy; stat -c %s /tmp/copy`);
	assert.is(output, `cat: ${file}: Input/output error\n0\n`);
	assert.is(status, 0);

	const verify = await machine.run('slipway verify');
	assert.is(verify.status, exitStatus.damaged);
	assert.match(
		verify.output,
		`damaged object: ${object}\n  used by deployment ${deploymentId()}\n`,
	);
	assert.match(verify.output, /^1 problem in /m);
});

/** Changes the first byte of a file in the root on the disk itself, past the file system, which forgets what it has read. */
function flipFirstByte(file: string): string {
	return `set -e
		start=$(cat /sys/class/block/vda2/start)
		sector=$(filefrag -v -b512 ${file} | sed -n 's/^ *0: *0\\.\\. *[0-9]*: *\\([0-9]*\\)\\.\\..*/\\1/p')
		one_sector="bs=512 count=1 status=none"
		dd if=/dev/vda iflag=direct skip=$((start + sector)) $one_sector of=/tmp/sector
		head -c 1 /tmp/sector | cmp -n 1 - ${file}
		printf '\\377' | dd of=/tmp/sector conv=notrunc status=none
		dd if=/tmp/sector of=/dev/vda oflag=direct conv=notrunc seek=$((start + sector)) $one_sector
		echo 3 > /proc/sys/vm/drop_caches`;
}

test.run();
