/** Files that an image gets as they are. */
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootTries} from '../../engine/boot/boot-loader.ts';
import {attemptParameter} from '../../engine/boot/grub/menu.ts';
import {imageKernelArguments} from '../../engine/boot/kargs.ts';
import {softBootFile} from '../../engine/deployment/soft-boot.ts';
import {softRebootFile} from '../../engine/deployment/soft-reboot-file.ts';
import {knownKeys} from '../../engine/update/settings-schema.ts';
import {updateSettings} from '../../engine/update/update-settings.ts';
import {commandTable} from '../../ui/cli/commands/table.ts';
import {defaultSettings} from '../engine/update/samples.ts';
import {bootPrograms} from './boot-shell.ts';

const test = suite("the image's own files");

const root = path.resolve(import.meta.dirname, '../../image/root');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Runs the entrypoint with programs that say their name. */
function runEntrypoint(...words: readonly string[]): string {
	const script = read('usr/lib/slipway/systemd')
		.replaceAll('/usr/lib/slipway/slipway', 'echo slipway')
		.replaceAll('/sbin/init', 'echo init');
	return spawnSync('sh', ['-c', script, 'systemd', ...words], {encoding: 'utf8'}).stdout;
}

/** Programs that every image has, which a container is started for. */
const otherPrograms = ['diff'];

test('send every command of slipway to it', () => {
	for (const {name} of commandTable.filter(({name}) => !otherPrograms.includes(name)))
		assert.is(runEntrypoint(...name.split(' ')), `slipway ${name}\n`);
});

test('send commands to slipway that it does not have yet', () => {
	assert.is(runEntrypoint('disk', '--format', 'iso'), 'slipway disk --format iso\n');
	assert.is(runEntrypoint('upgrade'), 'slipway upgrade\n');
});

test('boot when there is nothing to run, and run anything else', () => {
	assert.is(runEntrypoint(), 'init\n');
	assert.is(runEntrypoint('echo', 'a  b'), 'a  b\n');
	// What is neither, slipway tells.
	assert.is(runEntrypoint('stauts', '--json'), 'slipway stauts --json\n');
	assert.is(runEntrypoint('-h'), 'slipway -h\n');
});

test('bring into the initramfs what its functions are made of', () => {
	const setup = read('usr/lib/dracut/modules.d/90slipway/module-setup.sh');
	const installed = /^\tinst_multiple (.*)$/m.exec(setup)?.[1]?.split(' ') ?? [];
	assert.equal(
		bootPrograms.filter((name) => !installed.includes(name)),
		[],
	);
	const script = read('usr/lib/slipway/slipway-root');
	for (const [, file] of script.matchAll(/^\. (\S+)$/gm)) {
		assert.match(setup, `inst_simple ${file}\n`);
		assert.is(typeof read(String(file).slice(1)), 'string');
	}
});

test('mount in the initramfs what state says besides, and stop where that fails', () => {
	const script = read('usr/lib/slipway/slipway-root');
	const [mountOthers = ''] = /^mount_others\(\) \{.*?^\}/ms.exec(script) ?? [];
	const physical = mkdtempSync(path.join(tmpdir(), 'slipway-mounts-'));
	mkdirSync(path.join(physical, 'home/me'), {recursive: true});
	const run = (mount: string, lines: string) =>
		spawnSync('sh', ['-c', `${mount}\n${fakes}\n${mountOthers}\nmount_others`], {
			encoding: 'utf8',
			input: lines,
		}).stdout.replaceAll(physical, '/sysroot');
	const fakes = `physical=${physical} new=/run/root
say() { echo "said: $1"; }
fail() { echo "failed: $1"; exit 1; }`;
	const echo = 'mount() { echo mount "$@"; }';
	assert.is(
		run(echo, 'home/me var/home/me\nhome/gone var/home/gone\n'),
		`mount --bind /sysroot/home/me /run/root/var/home/me
said: home/gone is gone, and is not mounted on /var/home/gone
`,
	);
	const broken = run('mount() { false; }', 'home/me var/home/me\n');
	assert.is(broken, 'failed: home/me cannot be mounted on /var/home/me\n');
	rmSync(physical, {recursive: true});
});

test('sync what the first boot made before they mark it as done', () => {
	const unit = read('usr/lib/systemd/system/slipway-first-boot.service');
	assert.equal(unit.match(/^Exec.*$/gm), [
		'ExecStart=-/usr/bin/ssh-keygen -A',
		'ExecStartPost=/usr/bin/sync -f /etc /var/lib/slipway',
		'ExecStartPost=/usr/bin/touch /var/lib/slipway/first-boot-done',
	]);
});

const counterOf = (name: string): Buffer =>
	Buffer.concat([
		Buffer.from([6, 0, 0, 0]),
		Buffer.from(`\\loader\\entries\\${name}\0`, 'utf16le'),
	]);

/** Runs what a failed boot runs, with programs that say their name; gives what it printed. */
function failBoot(
	entry: string | undefined,
	commandLine = 'quiet',
	{noting = 'echo', softBoot = ''} = {},
): string[] {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-boot-failed-'));
	try {
		if (entry !== undefined) writeFileSync(path.join(folder, 'counter'), counterOf(entry));
		writeFileSync(path.join(folder, 'cmdline'), `${commandLine}\n`);
		if (softBoot !== '') writeFileSync(path.join(folder, 'soft-boot'), softBoot);
		const script = read('usr/lib/slipway/boot-failed')
			.replace(/^counter=.*$/m, `counter=${folder}/counter`)
			.replace(/^soft_boot=.*$/m, `soft_boot=${folder}/soft-boot`)
			.replaceAll('/proc/cmdline', `${folder}/cmdline`)
			.replaceAll('/usr/lib/slipway/slipway', `${noting} slipway`)
			.replaceAll('systemctl', 'echo systemctl');
		const {stdout, stderr, status} = spawnSync('sh', ['-c', script], {encoding: 'utf8'});
		assert.equal({stderr, status}, {stderr: '', status: 0});
		return stdout.trimEnd().split('\n');
	} finally {
		rmSync(folder, {recursive: true});
	}
}

const noted = 'slipway health --note-failed-boot';
const restart = 'systemctl --ignore-inhibitors reboot';
const stays =
	'slipway: this system had used up its attempts before; it stays up for somebody to look at it.';

test('restart after an attempt that failed, having noted what did', () => {
	for (const made of [1, 2, 3])
		assert.equal(failBoot(`slipway-3f2a9c1b4d5e.1+${bootTries - made}-${made}.conf`), [
			noted,
			`slipway: attempt ${made} of ${bootTries} to start this system failed; restarting.`,
			restart,
		]);
});

test('know from GRUB which attempt it was, where no firmware says', () => {
	for (const made of [1, 3])
		assert.equal(failBoot(undefined, `quiet slipway.attempt=${made}`), [
			noted,
			`slipway: attempt ${made} of ${bootTries} to start this system failed; restarting.`,
			restart,
		]);
	assert.equal(failBoot(undefined, 'quiet slipway.attempt=4').at(-1), stays);
	// What a soft reboot led to has attempts of its own.
	const softBoot = {softBoot: 'slipway=3f2a9c1b4d5e.2 slipway.trial'};
	assert.equal(failBoot(undefined, 'slipway.attempt=4', softBoot).at(-1), restart);
	assert.match(read('usr/lib/slipway/slipway-root'), `\t\t${attemptParameter}=*)`);
	for (const unit of ['slipway-bless-boot', 'slipway-boot-failed'])
		assert.match(
			read(`usr/lib/systemd/system/${unit}.service`),
			`\nConditionKernelCommandLine=|${attemptParameter}\n`,
		);
});

test('restart when nothing can be noted, and when the boot loader says nothing of use', () => {
	assert.equal(failBoot('slipway-3f2a9c1b4d5e.1+2-1.conf', 'quiet', {noting: 'false'}), [
		'slipway: what failed could not be noted.',
		'slipway: attempt 1 of 3 to start this system failed; restarting.',
		restart,
	]);
	assert.equal(failBoot('').at(-1), restart);
});

test('stay up when attempts were used up, or somebody is there who wants it so', () => {
	assert.equal(failBoot('slipway-3f2a9c1b4d5e.1+0-4.conf'), [noted, stays]);
	for (const wish of [
		'slipway.failure=stop',
		'slipway.failure=shell',
		'emergency',
		'systemd.unit=emergency.target',
	])
		assert.equal(failBoot('slipway-3f2a9c1b4d5e.1+2-1.conf', `quiet ${wish} rw`), [
			noted,
			'slipway: this system stays up, as the kernel arguments say.',
		]);
});

test('restart after a soft reboot to what is on trial, whatever entry the kernel came from', () => {
	const made = ['slipway-3f2a9c1b4d5e.1+0-4.conf', 'slipway-3f2a9c1b4d5e.1+2-1.conf'];
	for (const entry of made)
		assert.equal(failBoot(entry, 'quiet', {softBoot: 'slipway=3f2a9c1b4d5e.2 slipway.trial\n'}), [
			noted,
			'slipway: attempt 1 of 3 to start this system failed; restarting.',
			restart,
		]);
	assert.equal(
		failBoot('slipway-3f2a9c1b4d5e.1+2-1.conf', 'quiet', {softBoot: 'slipway=3f2a9c1b4d5e.2\n'}),
		[noted, 'slipway: this system is known to be good; it stays up for somebody to look at it.'],
	);
});

test('mount the next root for a soft reboot when nothing uses the old one any more', () => {
	const unit = read('usr/lib/systemd/system/slipway-soft-reboot.service');
	assert.match(unit, '\nAfter=shutdown.target umount.target final.target\n');
	assert.match(unit, '\nBefore=systemd-soft-reboot.service\n');
	assert.match(unit, '\nExecStart=/usr/lib/slipway/slipway-root soft-reboot\n');
	const dropIn = read('usr/lib/systemd/system/systemd-soft-reboot.service.d/50-slipway.conf');
	assert.match(dropIn, '\nRequires=slipway-soft-reboot.service\n');
	const script = read('usr/lib/slipway/slipway-root');
	assert.match(script, '\nrun=/run/slipway\n');
	for (const file of [softRebootFile, softBootFile])
		assert.match(script, `command_line=${file.replace('/run/slipway', '$run')}\n`);
	assert.match(read('usr/lib/slipway/boot-failed'), `\nsoft_boot=${softBootFile}\n`);
});

/** What the initramfs does when it gave up, with programs that say their name. */
function failInitramfs(commandLine: string): string {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-root-'));
	try {
		writeFileSync(path.join(folder, 'cmdline'), commandLine);
		writeFileSync(path.join(folder, 'active'), '');
		const script = read('usr/lib/slipway/slipway-root')
			.replaceAll('/proc/cmdline', `${folder}/cmdline`)
			.replaceAll('/sys/class/tty/console/active', `${folder}/active`)
			.replace(/^run=.*$/m, `run=${folder}`)
			.replace(/^\. \/usr\/lib\/slipway\/\S+$/gm, '')
			.replaceAll('systemctl --force', 'exec echo')
			.replaceAll('sleep 10', 'echo waited')
			.replaceAll('systemctl list-units', 'true');
		const {stdout} = spawnSync('sh', ['-c', script, 'slipway-root', 'failed'], {encoding: 'utf8'});
		return stdout;
	} finally {
		rmSync(folder, {recursive: true});
	}
}

test("leave dracut's own shells to those who ask for them", () => {
	assert.is(failInitramfs('composefs=3f slipway=3f2a9c1b4d5e.1'), 'waited\nreboot\n');
	assert.is(failInitramfs('composefs=3f slipway=3f2a9c1b4d5e.1 slipway.failure=stop'), 'halt\n');
	for (const wish of ['rd.break', 'rd.break=pre-pivot'])
		assert.is(failInitramfs(`composefs=3f slipway=3f2a9c1b4d5e.1 ${wish}`), '');
	assert.is(failInitramfs('root=/dev/sda1'), '');
});

/** Waits for a disk as the initramfs does; gives what udev was asked, and what the consoles were told. */
function waitForDisk(
	commandLine: string,
	{lockedFor = 0, fails = false, isMirrorIncomplete = false} = {},
) {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-root-'));
	const place = (name: string) => path.join(folder, name);
	const program = (name: string, text: string) =>
		writeFileSync(place(name), `#!/bin/sh\n${text}\n`, {mode: 0o755});
	try {
		writeFileSync(place('cmdline'), commandLine);
		writeFileSync(place('active'), '../told');
		writeFileSync(place('told'), '');
		writeFileSync(place('asked'), '');
		program(
			'udevadm',
			`echo "$*" >> ${folder}/asked
case "$*" in
	*mapper*) [ "$(grep -c mapper ${folder}/asked)" -gt ${lockedFor} ] ;;
	*sda2) echo CC-DD | tr A-Z a-z ;;
	info*) echo ee-ff ;;
	*md-uuid*) ${isMirrorIncomplete ? `[ -e ${folder}/ran ]` : 'true'} ;;
esac`,
		);
		program('mdadm', `echo "mdadm $*" >> ${folder}/asked; touch ${folder}/ran`);
		for (const [array, disk] of [
			['md126', 'sdb2'],
			['md127', 'sda2'],
		] as const) {
			mkdirSync(place(`block/${array}/slaves/${disk}`), {recursive: true});
			mkdirSync(place(`block/${array}/md`));
			writeFileSync(place(`block/${array}/md/array_state`), 'inactive\n');
		}
		program('systemctl', fails ? 'exit 0' : 'exit 1');
		const script = read('usr/lib/slipway/slipway-root')
			.replaceAll('/proc/cmdline', place('cmdline'))
			.replaceAll('/sys/class/tty/console/active', place('active'))
			.replaceAll('/sys/class/block', place('block'))
			.replaceAll('/dev/$console', `${folder}/dev/$console`)
			.replace(/^run=.*$/m, `run=${folder}/run`)
			.replace(/^\. \/usr\/lib\/slipway\/\S+$/gm, '');
		mkdirSync(place('dev'));
		const {status} = spawnSync('sh', ['-c', script, 'slipway-root', 'wait'], {
			encoding: 'utf8',
			env: {PATH: `${folder}:${process.env.PATH}`},
		});
		const lines = (name: string) => readFileSync(place(name), 'utf8').trim().split('\n');
		return {status, asked: lines('asked'), told: lines('told')[0] ?? ''};
	} finally {
		rmSync(folder, {recursive: true});
	}
}

const lockedDisk =
	'slipway=3f2a9c1b4d5e.1 root=UUID=aa rd.luks.name=bb=slipway-root slipway.wait=9';

test('wait for a disk that is there until it is unlocked, however long that takes', () => {
	assert.equal(waitForDisk('slipway=3f2a9c1b4d5e.1 root=UUID=aa'), {
		status: 0,
		asked: ['wait --timeout=60 /dev/disk/by-uuid/aa'],
		told: '',
	});
	assert.equal(waitForDisk(lockedDisk, {lockedFor: 3}), {
		status: 0,
		asked: [
			'wait --timeout=9 /dev/disk/by-uuid/bb',
			...Array(4).fill('wait --timeout=5 /dev/mapper/slipway-root'),
			'wait --timeout=9 /dev/disk/by-uuid/aa',
		],
		told: '',
	});
});

test('wait as long as ever where the kernel argument for it is no number', () => {
	for (const wait of ['', 'long', '5min', '-1', '99999999999999999999'])
		for (const array of ['', ' rd.md.uuid=cc:dd']) {
			const {status, asked, told} = waitForDisk(
				`slipway=3f2a9c1b4d5e.1 root=UUID=aa${array} slipway.wait=${wait}`,
			);
			assert.equal([status, asked.at(-1)], [0, 'wait --timeout=60 /dev/disk/by-uuid/aa']);
			assert.is(told, `slipway: slipway.wait=${wait} is no number of seconds; waiting 60.`);
		}
});

test('wait no longer for a disk that systemd gave up', () => {
	const {status, asked, told} = waitForDisk(lockedDisk, {lockedFor: 9, fails: true});
	assert.is(status, 1);
	assert.is(asked.length, 2);
	assert.match(told, 'the disk with LUKS header bb cannot be unlocked');
});

/** The partition that the physical root is found to be on, on a machine made up of folders. */
function partitionBelow(number: string, bootPartition?: string): string {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-root-'));
	const place = (...names: readonly string[]) => path.join(folder, ...names);
	const device = (id: string, home: string, slaves: readonly string[] = []) => {
		mkdirSync(place(home, 'slaves'), {recursive: true});
		writeFileSync(place(home, 'dev'), `${id}\n`);
		symlinkSync(place(home), place('numbers', id));
		for (const slave of slaves)
			symlinkSync(place(slave), place(home, 'slaves', path.basename(slave)));
	};
	try {
		mkdirSync(place('numbers'));
		for (const [index, disk] of ['vda', 'vdb'].entries())
			for (const part of [1, 2]) device(`254:${16 * index + part}`, `${disk}/${disk}${part}`);
		device('252:0', 'dm-0', ['vdb/vdb2']);
		device('9:0', 'md0', ['vda/vda2', 'vdb/vdb2']);
		device('252:1', 'dm-1', ['md0']);
		const variable = Buffer.concat([
			Buffer.from([6, 0, 0, 0]),
			Buffer.from(`${bootPartition?.toUpperCase()}\0`, 'utf16le'),
		]);
		if (bootPartition !== undefined) writeFileSync(place('variable'), variable);
		writeFileSync(place('stat'), `#!/bin/sh\ncase $3 in *-b1) echo 254:17 ;; *) exit 1 ;; esac\n`, {
			mode: 0o755,
		});
		const script = read('usr/lib/slipway/slipway-root');
		const functions = ['partition_below', 'boot_disk'].map(
			(name) => new RegExp(`^${name}\\(\\) \\{.*?^\\}`, 'ms').exec(script)?.[0] ?? '',
		);
		const text = functions
			.join('\n')
			.replaceAll('/sys/dev/block', place('numbers'))
			.replace(/variable=\S+/, `variable=${place('variable')}`);
		const {stdout} = spawnSync('sh', ['-c', `${text}\npartition_below ${number}`], {
			encoding: 'utf8',
			env: {PATH: `${folder}:${process.env.PATH}`},
		});
		return stdout.trim();
	} finally {
		rmSync(folder, {recursive: true});
	}
}

test('find the partition below what unlocks and mirrors it', () => {
	const numbers = ['254:2', '252:0', '9:0', '252:1'];
	assert.equal(
		numbers.map((number) => partitionBelow(number)),
		['254:2', '254:18', '254:2', '254:2'],
	);
	assert.equal(
		numbers.map((number) => partitionBelow(number, '0f3a5c21-b1')),
		['254:2', '254:18', '254:18', '254:18'],
	);
	assert.is(partitionBelow('9:0', 'a-disk-that-is-gone'), '254:2');
});

test('start a mirror without the disk that is gone', () => {
	const {status, asked} = waitForDisk('slipway=3f2a9c1b4d5e.1 root=UUID=aa rd.md.uuid=cc:dd');
	assert.is(status, 0);
	assert.equal(asked, [
		'wait --timeout=5 /dev/disk/by-id/md-uuid-cc:dd',
		'wait --timeout=60 /dev/disk/by-uuid/aa',
	]);
	const incomplete = waitForDisk('slipway=3f2a9c1b4d5e.1 root=UUID=aa rd.md.uuid=cc:dd', {
		isMirrorIncomplete: true,
	});
	const wait = 'wait --timeout=5 /dev/disk/by-id/md-uuid-cc:dd';
	assert.equal(
		incomplete.asked.filter((line) => !line.startsWith('info')),
		[
			wait,
			wait,
			wait,
			wait,
			'mdadm --run /dev/md127',
			wait,
			'wait --timeout=60 /dev/disk/by-uuid/aa',
		],
	);
});

test('name each setting of updates with its default', () => {
	const file = '/usr/lib/slipway/update.toml';
	const text = read(file);
	assert.equal(updateSettings([{path: file, text}]), defaultSettings);
	const uncommented = text.replaceAll(/^#(?=[a-z[])/gm, '');
	assert.equal(updateSettings([{path: file, text: uncommented}]), defaultSettings);
	for (const table of ['check', 'windows', 'gates', 'rollout', 'fleetlock', 'hooks'])
		for (const key of knownKeys([table])) assert.match(text, new RegExp(`\\b${key} = `), key);
});

test('bring kernel arguments that restart a machine which cannot go on', () => {
	const file = '/usr/lib/slipway/kargs.d/20-restart.toml';
	assert.equal(
		imageKernelArguments([{path: file, text: read(file)}], 'x86_64').map(({argument}) => argument),
		['panic=10', 'systemd.crash_reboot=1', 'systemd.watchdog_sec=60'],
	);
});

test.run();
