/** What a person sees who installs where it cannot be: and not a byte is written. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../engine/system/host.ts';
import {deviceHolding, kernelPaths} from '../../installer/disk/block-devices.ts';
import {whyNoImage} from '../setup/image.ts';
import {attachDisk, makeDisk} from '../setup/install.ts';
import {whyNoLoopDevices} from './disk.ts';
import {
	type ImageChanges,
	makeInstallableImage,
	smallInitramfs,
	toolsVolume,
} from './installable-image.ts';
import {podman} from './podman.ts';

const suiteOf = suite('an installation that is refused');
const reason = whyNoLoopDevices() ?? (await whyNoImage());
if (reason !== undefined) console.log(`skipped: ${reason}`);
const test = reason === undefined ? suiteOf : suiteOf.skip;

const system = hostSystem();
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-refusals-'));
const image = (name: string) => `localhost/slipway-refusals-${process.pid}/${name}:latest`;
const cleanup = new DisposableStack();
const images: string[] = [];

suiteOf.after(async () => {
	cleanup.dispose();
	for (const name of images) await podman(['rmi', '--force', name]);
	rmSync(folder, {recursive: true});
});

async function makeImage(name: string, changes?: ImageChanges): Promise<string> {
	await makeInstallableImage(image(name), changes);
	images.push(image(name));
	return image(name);
}

interface Answer {
	readonly status: number;
	/** Message and hint, and whatever else was printed. */
	readonly text: string;
}

const allInOne = `
for words; do
	/usr/lib/slipway/slipway install --quiet $words 2>&1
	echo "status $?"
done`;

/** Runs several in one container: each takes a second to start. */
async function install(
	imageName: string,
	commandLines: readonly string[],
	podmanOptions: readonly string[] = ['--privileged'],
): Promise<Answer[]> {
	const {stdout} = await podman([
		...['run', '--rm', ...podmanOptions, toolsVolume, '--entrypoint', '/bin/sh', imageName],
		...['-c', allInOne, 'sh', ...commandLines],
	]);
	return [...stdout.matchAll(/(.*?)^status (\d+)\n/gms)].map(([, text = '', status]) => ({
		status: Number(status),
		text,
	}));
}

function hash(file: string): string {
	return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** A disk of 64 MiB with whatever `make` does to the file. */
function disk(
	name: string,
	make: (file: string) => void = () => {},
	losetupOptions: readonly string[] = [],
) {
	const file = path.join(folder, name);
	makeDisk(file, {size: 64 << 20});
	make(file);
	const args = ['--find', '--show', ...losetupOptions, file];
	const device = execFileSync('losetup', args, {encoding: 'utf8'}).trim();
	cleanup.defer(() => execFileSync('losetup', ['--detach', device]));
	return {device, before: hash(file), now: () => hash(file)};
}

test('is refused for what is no empty disk, each with the next step', async () => {
	const small = await makeImage('small');
	const own = deviceHolding(kernelPaths, '/');
	const ownDisk = own === undefined ? undefined : `/dev/${own.disk ?? own.name}`;
	const empty = disk('empty.raw');
	const full = disk('full.raw', (file) =>
		execFileSync('mke2fs', ['-q', '-F', '-t', 'ext4', '-L', 'photos', file]),
	);
	const readOnly = disk('read-only.raw', undefined, ['--read-only']);
	const cases: readonly (readonly [string, string, string])[] = [
		[
			'/usr',
			'/usr is not a disk: it is a folder',
			'Give a block device such as /dev/sda, or a file to use as a disk.',
		],
		[
			'/dev/null',
			'/dev/null is not a disk: it is a character device',
			'Give a block device such as /dev/sda, or a file to use as a disk.',
		],
		['/dev/sdzz', '/dev/sdzz does not exist', 'Run lsblk to see which disks there are.'],
		[
			full.device,
			`${full.device} is too small: this image needs NEEDED, it has 64 MiB (67108864 bytes); ${full.device} holds data: ext4 "photos"`,
			'Take a larger disk, or make the image smaller.\n  hint: Give --wipe to destroy it, or take another disk.',
		],
		[
			readOnly.device,
			`${readOnly.device} is read-only`,
			'Look for a write-protection switch, or take another disk.',
		],
		[
			empty.device,
			`${empty.device} is too small: this image needs NEEDED, it has 64 MiB (67108864 bytes)`,
			'Take a larger disk, or make the image smaller.',
		],
		// The dry run is for the test's own sake.
		...(ownDisk === undefined || !existsSync(ownDisk)
			? []
			: ([
					[
						`--dry-run --wipe ${ownDisk}`,
						`the system that runs here is on ${ownDisk}`,
						'Take another disk, or start from another medium.',
					],
				] as const)),
	];
	const answers = await install(
		small,
		cases.map(([words]) => words),
	);
	const withoutSize = (text: string) => text.replace(/needs \d+ MiB \(\d+ bytes\)/, 'needs NEEDED');
	assert.equal(
		answers.map(({status, text}) => ({status, text: withoutSize(text)})),
		cases.map(([, message, hint]) => ({
			status: 3,
			text: `slipway: ${message}\n  hint: ${hint}\n`,
		})),
	);
	for (const {before, now} of [empty, full, readOnly]) assert.is(now(), before);
});

test('is refused for a disk one of whose partitions is mounted', async () => {
	const file = path.join(folder, 'mounted.raw');
	makeDisk(file, {size: 64 << 20});
	execFileSync('sfdisk', ['--quiet', file], {input: 'label: gpt\nstart=1MiB, name=home\n'});
	using attached = attachDisk(file);
	const device = attached.path;
	const place = path.join(folder, 'mounted');
	mkdirSync(place);
	// Over a loop device of its own: this kernel need not know the partition.
	const partition = system.attachLoop(device, {offset: 1 << 20});
	execFileSync('mke2fs', ['-q', '-F', partition]);
	system.unshareMounts();
	system.mount(partition, place, 'ext2', []);
	try {
		const before = hash(file);
		const [answer] = await install(image('small'), [`--wipe ${device}`]);
		assert.equal(answer, {
			status: 3,
			text:
				`slipway: ${device} is in use: ${path.basename(partition)} is in use by something that cannot be seen from here\n` +
				'  hint: Unmount or stop what uses it, or take another disk.\n',
		});
		assert.is(hash(file), before);
	} finally {
		system.unmount(place);
		system.detachLoop(partition);
	}
});

for (const [name, changes, status, message] of [
	[
		'no kernel',
		{'usr/lib/modules/6.12.0/vmlinuz': undefined},
		3,
		'the image has no kernel: /usr/lib/modules/6.12.0 has no vmlinuz',
	],
	[
		'two kernels',
		{
			'usr/lib/modules/6.12.1/vmlinuz': 'kernel',
			'usr/lib/modules/6.12.1/initramfs.img': smallInitramfs,
		},
		3,
		'the image has 2 kernels: 6.12.0, 6.12.1',
	],
	[
		'a mistake in its kernel arguments',
		{'usr/lib/slipway/kargs.d/20-console.toml': '# the console\nkarg = ["console=ttyS0"]\n'},
		2,
		'/usr/lib/slipway/kargs.d/20-console.toml, line 2: unknown key "karg", expected kargs or match-architectures',
	],
] as const)
	test(`is refused for an image with ${name}`, async () => {
		const {device, before, now} = disk(`${name}.raw`);
		const [answer] = await install(await makeImage(name.replaceAll(' ', '-'), changes), [device]);
		assert.equal([answer?.status, answer?.text.split('\n')[0]], [status, `slipway: ${message}`]);
		assert.match(answer?.text ?? '', /^ {2}hint: /m);
		assert.is(now(), before);
	});

test('is refused without privileges, and says which are missing', async () => {
	const {device, before, now} = disk('unprivileged.raw');
	const expected = {
		status: 5,
		text:
			'slipway: too few privileges: CAP_SYS_ADMIN, CAP_MKNOD missing\n' +
			'  hint: Run as root; in a container, with --privileged.\n',
	};
	assert.equal(await install(image('small'), [device], []), [expected]);
	assert.equal(await install(image('small'), [device], ['--device', device]), [expected]);
	assert.is(now(), before);
});

suiteOf.run();
