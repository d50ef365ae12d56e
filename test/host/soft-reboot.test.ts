/** The root that a soft reboot goes to, mounted from a real disk that is mounted already, as it is then. */
import {spawnSync} from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {requiresVerity} from '../../engine/deployment/read-status.ts';
import {mountedId} from '../../engine/deployment/running-id.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {parseMountinfo} from '../../engine/system/mount-points.ts';
import {writeTree} from '../engine/store/fixture.ts';
import {storeRoot} from '../engine/store/stored-root.ts';
import {type MountedDisk, mountedDisk} from './mounted-disk.ts';

interface Context {
	disk: MountedDisk;
	folder: string;
	digest: string;
	/** Whether this kernel has fs-verity. */
	isVerified: boolean;
}

const test = suite<Context>('root of a soft reboot');
const isRoot = process.getuid?.() === 0 && hostSystem().capabilities().has('SYS_ADMIN');
if (!isRoot) console.log('skipped: mounting needs root');
const check = isRoot ? test : test.skip;

const programs = path.resolve(import.meta.dirname, '../../image/root/usr/lib/slipway');
const [before, after] = ['3f2a9c1b4d5e.0', '3f2a9c1b4d5e.1'];
const unit = 'usr/lib/systemd/system/slipway-soft-reboot.service';

const image = {
	'/usr/lib/systemd/systemd': {mode: 0o755, content: '#!/bin/sh\n'.padEnd(100, '#')},
	[`/${unit}`]: 'a unit',
	'/etc/passwd': 'root:x:0:0::/:\n',
	'/etc/group': 'root:x:0:\n',
	'/etc/motd': 'the new one\n',
	'/var': 'folder',
	'/sysroot': 'folder',
} as const;

if (isRoot) {
	test.before.each(async (context) => {
		context.folder = mkdtempSync(path.join(tmpdir(), 'soft-reboot-'));
		context.disk = await mountedDisk('ext4', 64 << 20);
		const {root} = context.disk;
		({digest: context.digest} = await storeRoot(root, image));
		const stored = path.join(root, 'composefs/images', context.digest);
		context.isVerified = hostSystem().measureVerity(stored) !== undefined;
		mkdirSync(path.join(root, 'state/os/default/var'), {recursive: true});
		writeTree(root, {
			'state/os/default/var/note': 'kept\n',
			[`state/deploy/${before}/etc/upper/hostname`]: 'ada\n',
			[`state/deploy/${after}/etc/from`]: `${before}\n`,
		});
		for (const layer of ['upper', 'work'])
			mkdirSync(path.join(root, 'state/deploy', after, 'etc', layer));
		mkdirSync(path.join(context.folder, 'by-uuid'));
		const {stdout} = spawnSync('findmnt', ['-no', 'SOURCE', root], {encoding: 'utf8'});
		symlinkSync(stdout.trim(), path.join(context.folder, 'by-uuid/6d1a-22'));
	});
	test.after.each(({disk, folder}) => {
		disk[Symbol.dispose]();
		rmSync(folder, {recursive: true});
	});
}

/** Runs what the unit runs, with its places in a folder, and then looks around before all is unmounted. */
function softReboot(
	{folder, digest, isVerified}: Context,
	{look = 'true', more = '', isPrepared = true} = {},
) {
	for (const name of [
		'slipway-root',
		'slipway-accounts',
		'slipway-encrypt',
		'slipway-etc',
		'slipway-var',
	]) {
		const text = readFileSync(path.join(programs, name), 'utf8')
			.replaceAll('. /usr/lib/slipway/', `. ${folder}/`)
			.replaceAll('/dev/disk/by-uuid', `${folder}/by-uuid`)
			.replaceAll(/(?<=[= ])\/run\//gm, `${folder}/run/`);
		writeFileSync(path.join(folder, name), text);
	}
	const line = `root=UUID=6d1a-22 rw composefs=${isVerified ? '' : '?'}${digest} slipway=${after} quiet${more}\n`;
	if (isPrepared)
		writeTree(folder, {'run/slipway/soft-reboot': line, 'run/slipway/boot-reason.json': '{}'});
	const script = `sh ${folder}/slipway-root soft-reboot; echo "status $?"; cd ${folder}/run; ${look}`;
	const {stdout, stderr} = spawnSync('unshare', ['--mount', 'sh', '-c', script], {
		encoding: 'utf8',
	});
	return {lines: stdout.trimEnd().split('\n'), stderr};
}

check('is mounted as the initramfs mounts it, with what is its own', (context) => {
	const look = `
cat nextroot/etc/motd nextroot/etc/hostname nextroot/var/note nextroot/${unit}; echo
ls nextroot/sysroot
touch nextroot/x nextroot/sysroot/x 2> /dev/null || echo read-only
echo later > nextroot/etc/later; echo later > nextroot/var/later
cat /proc/self/mountinfo > mountinfo`;
	const {lines, stderr} = softReboot(context, {look});
	assert.equal(
		{lines, stderr},
		{
			lines: [
				'status 0',
				...['the new one', 'ada', 'kept', 'a unit'],
				...['composefs', 'lost+found', 'state'],
				'read-only',
			],
			stderr: '',
		},
	);
	const {disk, folder} = context;
	const own = path.join(disk.root, 'state/deploy', after, 'etc');
	assert.equal(readdirSync(path.join(own, 'upper')).sort(), ['hostname', 'later']);
	assert.not(existsSync(path.join(own, 'from')), 'taken over');
	assert.is(readFileSync(path.join(disk.root, 'state/os/default/var/later'), 'utf8'), 'later\n');
	// What the new system sees at its root.
	const mounts = parseMountinfo(readFileSync(path.join(folder, 'run/mountinfo'), 'utf8'));
	const nextroot = path.join(folder, 'run/nextroot');
	const root = mounts
		.filter((mount) => mount.path === nextroot)
		.map((mount) => ({...mount, path: '/'}));
	assert.equal([mountedId(root), requiresVerity(root)], [after, context.isVerified]);
	const places = mounts.map((mount) => mount.path).filter((place) => place.startsWith(folder));
	assert.equal(
		places.sort(),
		['', '/etc', '/sysroot', '/var'].map((name) => nextroot + name),
	);
});

for (const trial of ['yes', 'no'] as const)
	check(`is noted for the system that starts there, on trial: ${trial}`, (context) => {
		const {lines} = softReboot(context, {more: trial === 'yes' ? ' slipway.trial' : ''});
		assert.equal(lines, ['status 0']);
		const run = path.join(context.folder, 'run');
		const left = readdirSync(path.join(run, 'slipway')).sort();
		assert.equal(left, ['image', 'soft-boot', 'soft-root']);
		const note = readFileSync(path.join(run, 'slipway/soft-boot'), 'utf8');
		assert.match(note, ` slipway=${after} quiet${trial === 'yes' ? ' slipway.trial' : ''}\n`);
		const wanted = path.join(run, 'systemd/system/basic.target.wants');
		assert.equal(
			existsSync(wanted) ? readdirSync(wanted) : [],
			trial === 'yes' ? ['slipway-bless-boot.service'] : [],
		);
	});

const failures: readonly (readonly [string, (context: Context) => void, RegExp])[] = [
	[
		'there is no /etc to take over',
		({disk}) => rmSync(path.join(disk.root, 'state/deploy', before), {recursive: true}),
		/its \/etc is to come from deployment 3f2a9c1b4d5e\.0, which is gone/,
	],
	[
		'its image is gone',
		({disk, digest}) => rmSync(path.join(disk.root, 'composefs/images', digest)),
		/the object store has no image/,
	],
	[
		'there is no disk',
		({folder}) => rmSync(path.join(folder, 'by-uuid/6d1a-22')),
		/file system 6d1a-22 cannot be mounted/,
	],
];
for (const [name, damage, message] of failures)
	check(`has the machine restart when ${name}`, (context) => {
		damage(context);
		const {lines} = softReboot(context);
		assert.match(lines.join('\n'), message);
		assert.is(lines.at(-1), 'status 1');
		assert.not(existsSync(path.join(context.folder, 'run/slipway/soft-boot')));
	});

check('is that of the running deployment where nothing is prepared, with its /etc', (context) => {
	const {folder, disk} = context;
	softReboot(context);
	const kept = readFileSync(path.join(folder, 'run/slipway/soft-boot'), 'utf8');
	const upper = path.join(disk.root, 'state/deploy', after, 'etc/upper');
	const before = readdirSync(upper);
	const look = 'cat nextroot/var/note nextroot/etc/hostname; ls nextroot/sysroot';
	const {lines, stderr} = softReboot(context, {look, isPrepared: false});
	const own = readFileSync('/etc/hostname', 'utf8').trimEnd();
	assert.equal(
		[lines, stderr],
		[['status 0', 'kept', own, 'composefs', 'lost+found', 'state'], ''],
	);
	assert.equal(readdirSync(upper), before);
	assert.is(readFileSync(path.join(folder, 'run/slipway/soft-boot'), 'utf8'), kept);
});

check('is not that of an image whose slipway would not know where it is', async (context) => {
	const {[`/${unit}`]: _, ...older} = image;
	({digest: context.digest} = await storeRoot(context.disk.root, older));
	const {lines} = softReboot(context);
	assert.match(lines.join('\n'), /the slipway in image [0-9a-f]+ knows no soft reboot/);
});

test.run();
