/** How the initramfs makes the root of a live system, with programs that say their name. */
import {spawnSync} from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	liveConfigFolder,
	liveEnvironmentFile,
	liveImagePath,
	liveMediumPath,
} from '../../engine/source/live-root.ts';
import {checkArgument} from '../../installer/output/iso/live-esp.ts';
import {bootShells} from './boot-shell.ts';

const test = suite('slipway-live');

const images = path.resolve(import.meta.dirname, '../../image/root/usr/lib');
const script = readFileSync(path.join(images, 'slipway/slipway-live'), 'utf8');

interface Given {
	readonly commandLine: string;
	/** Block devices, and which of them are an ISO that can be mounted. */
	readonly devices?: readonly string[];
	readonly isos?: readonly string[];
	/** What is on the ISO, and in the initramfs. */
	readonly onMedium?: Readonly<Record<string, string>>;
	readonly inInitramfs?: Readonly<Record<string, string>>;
}

interface Ending {
	readonly status: number | null;
	readonly ran: readonly string[];
	/** What the consoles were told. */
	readonly told: string;
	/** What the live system finds of its medium. */
	readonly brought: readonly string[];
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
		writeFileSync(path.join(folder, name), text, {mode: 0o600});
	}
}

/** A block device is a file, and `/dev/disk/by-label/L` a link to the first. */
function start(
	[shell, ...words]: (typeof bootShells)[number],
	{commandLine, devices = ['sda'], isos = devices, onMedium = {}, inInitramfs = {}}: Given,
): Ending {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-live-'));
	const place = (...names: readonly string[]) => path.join(folder, ...names);
	const program = (name: string, text: string) =>
		writeFileSync(place('bin', name), `#!/bin/sh\n${text}\n`, {mode: 0o755});
	try {
		for (const name of ['bin', 'dev/disk/by-label', 'run', 'medium', 'initramfs'])
			mkdirSync(place(name), {recursive: true});
		write(place('medium'), onMedium);
		write(place('initramfs'), inInitramfs);
		for (const device of devices) writeFileSync(place('dev', device), '');
		if (devices[0] !== undefined)
			symlinkSync(place('dev', devices[0]), place('dev/disk/by-label/L'));
		writeFileSync(place('cmdline'), `${commandLine}\n`);
		writeFileSync(place('active'), 'tty0 ttyS0\n');
		writeFileSync(place('ran'), '');
		program('udevadm', `echo "udevadm $*" >> ${place('ran')}; [ -e "$3" ]`);
		program('modprobe', `echo "modprobe $*" >> ${place('ran')}; exit 1`);
		// What is on the medium comes with its mount.
		program(
			'mount',
			`case "$*" in
	*iso9660*) case " ${isos.map((name) => place('dev', name)).join(' ')} " in *" $5 "*) ;; *) exit 32 ;; esac
		cp -R ${place('medium')}/. ${place('run/medium')} ;;
esac
echo "mount $*" >> ${place('ran')}`,
		);
		const text = script
			.replaceAll('/proc/cmdline', place('cmdline'))
			.replaceAll('/sys/class/tty/console/active', place('active'))
			.replaceAll('> "/dev/$console"', `>> "${folder}/told-$console"`)
			.replaceAll('/dev/disk', place('dev/disk'))
			.replaceAll('/usr/lib/slipway/$brought', `${place('initramfs/usr/lib/slipway')}/$brought`)
			.replaceAll('! -b ', '! -f ')
			.replace(/^live=.*$/m, `live=${place('run')}`);
		const {status} = spawnSync(shell, [...words, '-c', text], {
			cwd: place('initramfs'),
			// bash takes a socket for a remote shell, and reads what a user has it read then.
			stdio: 'ignore',
			env: {PATH: `${place('bin')}:${process.env.PATH}`},
		});
		const read = (name: string) =>
			existsSync(place(name)) ? readFileSync(place(name), 'utf8').replaceAll(folder, '') : '';
		const {stdout} = spawnSync(
			'find',
			['containerenv', 'config', '-type', 'f', '-printf', '%p %m\n'],
			{
				cwd: place('run'),
				encoding: 'utf8',
			},
		);
		assert.is(read('told-ttyS0'), read('told-tty0'));
		return {
			status,
			ran: read('ran').split('\n').slice(0, -1),
			told: read('told-tty0'),
			brought: stdout.split('\n').slice(0, -1).sort(),
		};
	} finally {
		rmSync(folder, {recursive: true});
	}
}

const layers = [
	'mount -t tmpfs -o mode=0755,size=75% slipway-live /run/memory',
	'mount -t overlay -o lowerdir=/run/image,upperdir=/run/memory/upper,workdir=/run/memory/work slipway-live /sysroot',
];
const iso = 'root=tmpfs slipway.live=LABEL=L:/slipway/root.erofs';
const onMedium = {'slipway/root.erofs': 'erofs'};
const waited = 'udevadm wait --timeout=60 /dev/disk/by-label/L';
const imageOfIso = [
	'modprobe -q loop',
	'mount -t erofs -o ro,loop /run/medium/slipway/root.erofs /run/image',
];

for (const shell of bootShells) {
	const [name] = shell;

	test(`${name}: mounts an image that is a block device`, () => {
		assert.equal(start(shell, {commandLine: 'slipway.wait=9 slipway.live=LABEL=L quiet'}), {
			status: 0,
			ran: [
				'udevadm wait --timeout=9 /dev/disk/by-label/L',
				'mount -t erofs -o ro /dev/disk/by-label/L /run/image',
				...layers,
			],
			told: '',
			brought: [],
		});
	});

	test(`${name}: takes the words of the command line as they are`, () => {
		// A file of that name is there, and would be a match.
		const {status, told} = start(shell, {
			commandLine: 'slipway.live=* a=? slipway.wait=[0-9]',
			inInitramfs: {'slipway.live=LABEL=L': ''},
		});
		assert.is(status, 1);
		assert.match(told, 'slipway.live=* names no image');
	});

	test(`${name}: waits as long as ever where the argument for it is no number`, () => {
		const {status, ran, told} = start(shell, {
			commandLine: 'slipway.wait=5min slipway.live=LABEL=L',
		});
		assert.equal([status, ran[0]], [0, 'udevadm wait --timeout=60 /dev/disk/by-label/L']);
		assert.match(told, 'slipway.wait=5min is no number of seconds; waiting 60.');
	});

	test(`${name}: mounts an image in the initramfs, and brings along what is there too`, () => {
		const inInitramfs = {
			'root.erofs': 'erofs',
			'usr/lib/slipway/containerenv': 'image="x"',
			'usr/lib/slipway/config/slipway.toml': 'version = 1',
			'usr/lib/slipway/config/may-wipe': '',
		};
		// The script looks for it from the root of the initramfs.
		const {ran, ...ending} = start(shell, {
			commandLine: 'slipway.live=/dev/../proc/self/cwd/root.erofs',
			inInitramfs,
		});
		assert.match(ran[1] ?? '', /^mount -t erofs -o ro,loop .*root.erofs \/run\/image$/);
		assert.equal(ending, {
			status: 0,
			told: '',
			brought: ['config/may-wipe 600', 'config/slipway.toml 600', 'containerenv 600'],
		});
	});

	for (const [what, devices, mounted] of [
		['a CD', ['sr0'], 'sr0'],
		['a stick, by its first partition', ['sda', 'sda1', 'sda2'], 'sda1'],
		['a stick whose node ends in a digit', ['nvme0n1', 'nvme0n1p1'], 'nvme0n1p1'],
		['a partition', ['sda1'], 'sda1'],
	] as const)
		test(`${name}: mounts an image that is a file of ${what}`, () => {
			assert.equal(start(shell, {commandLine: iso, devices, onMedium}), {
				status: 0,
				ran: [
					waited,
					`mount -t iso9660 -o ro /dev/${mounted} /run/medium`,
					...imageOfIso,
					...layers,
				],
				told: '',
				brought: [],
			});
		});

	test(`${name}: takes the whole medium when its first partition is something else`, () => {
		const {status, ran} = start(shell, {
			...{commandLine: iso, onMedium},
			devices: ['sda', 'sda1'],
			isos: ['sda'],
		});
		assert.is(status, 0);
		assert.is(ran[1], 'mount -t iso9660 -o ro /dev/sda /run/medium');
	});

	test(`${name}: checks a medium when it shall, and starts nothing that is damaged`, () => {
		const sum = '9b6b1a2b3d1a0ef0a1c2a5a3a4f4b1f6b2c7d8e9f0a1b2c3d4e5f60718293a4b';
		const right = spawnSync('sha256sum', {input: 'erofs', encoding: 'utf8'}).stdout.slice(0, 64);
		const check = (digest: string) =>
			start(shell, {
				commandLine: `${iso} ${checkArgument}`,
				onMedium: {...onMedium, SHA256SUMS: `${digest}  slipway/root.erofs\n`},
			});
		const whole = check(right);
		assert.is(whole.status, 0);
		assert.is(
			whole.told,
			'slipway: checking this medium, which takes a while.\r\nslipway: this medium is as it was made.\r\n',
		);
		const damaged = check(sum);
		assert.is(damaged.status, 1);
		assert.match(
			damaged.told,
			'slipway: cannot start the live system: this medium is damaged: its files are not what SHA256SUMS says\r\n',
		);
		assert.equal(damaged.ran, [waited, 'mount -t iso9660 -o ro /dev/sda /run/medium']);
	});

	for (const [what, given, message] of [
		['no image', {commandLine: 'slipway.live=x'}, 'slipway.live=x names no image'],
		[
			'a device that is not there',
			{commandLine: 'slipway.live=UUID=U:/a'},
			'no device /dev/disk/by-uuid/U appeared within 60 seconds',
		],
		['no ISO', {commandLine: iso, isos: []}, 'the ISO on /dev/sda cannot be mounted'],
		['an ISO of somebody else', {commandLine: iso}, 'the ISO has no /slipway/root.erofs'],
		[
			'nothing in the initramfs',
			{commandLine: 'slipway.live=/gone'},
			'there is no /gone in the initramfs',
		],
		[
			'nothing to check',
			{commandLine: `slipway.live=LABEL=L ${checkArgument}`},
			'there is nothing to check this medium by',
		],
	] as const)
		test(`${name}: says on every console what is wrong with ${what}`, () => {
			const {status, told} = start(shell, given);
			assert.is(status, 1);
			assert.match(told, `slipway: cannot start the live system: ${message}\r\n`);
		});
}

test('is where the installer looks', () => {
	assert.equal(
		[liveImagePath, liveMediumPath, liveConfigFolder, liveEnvironmentFile].map(path.dirname),
		Array(4).fill('/run/slipway/live'),
	);
	assert.match(script, '\nlive=/run/slipway/live\nmedium=$live/medium\n');
	assert.match(script, 'mkdir -p $live/image ');
	assert.match(script, '\nfor brought in containerenv config; do\n');
	assert.match(script, `\n\t\t${checkArgument}) `);
});

test('has its programs and drivers in the initramfs', () => {
	const setup = readFileSync(
		path.join(images, 'dracut/modules.d/90slipway/module-setup.sh'),
		'utf8',
	);
	const lines = [...setup.matchAll(/^\tinst_multiple (.*)$/gm)].flatMap(([, words = '']) =>
		words.split(' '),
	);
	for (const program of [
		'cat',
		'cp',
		'mkdir',
		'modprobe',
		'mount',
		'readlink',
		'sha256sum',
		'udevadm',
	])
		assert.ok(lines.includes(program), program);
	for (const driver of [
		'isofs',
		'loop',
		'erofs',
		'overlay',
		'sr_mod',
		'cdrom',
		'usb_storage',
		'uas',
	])
		assert.match(setup, new RegExp(`[ \t]${driver}[ \n]`));
});

test.run();
