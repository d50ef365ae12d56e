/** A real overlay's upper layer, taken over by the next deployment and mounted over another image. */
import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	linkSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {diffMachineEtc} from '../../engine/deployment/diff-machine.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {addImage, boot, deploy} from '../engine/deployment/deployed-machine.ts';
import {sampleEntry} from '../engine/deployment/samples.ts';
import {unsyncedSystem, writeTree} from '../engine/store/fixture.ts';
import {bootShells, runBootShell} from '../image/boot-shell.ts';

const test = suite<{root: string}>('overlay over /etc');
const system = hostSystem();
const isRoot = process.getuid?.() === 0 && system.capabilities().has('SYS_ADMIN');
if (!isRoot) console.log('skipped: mounting needs root');

const [before, after] = ['3f2a9c1b4d5e.0', '3f2a9c1b4d5e.1'];

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'etc-overlay-'));
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

/** As slipway-root mounts it. */
function mountEtc(root: string, image: string, id: string): Disposable & {readonly etc: string} {
	const etc = path.join(root, 'etc');
	const own = path.join(root, 'sysroot/state/deploy', id, 'etc');
	for (const folder of [etc, `${own}/upper`, `${own}/work`]) mkdirSync(folder, {recursive: true});
	const layers = `lowerdir=${root}/${image},upperdir=${own}/upper,workdir=${own}/work`;
	const options = `${layers},index=off,metacopy=off,redirect_dir=off,xino=off`;
	system.mount('slipway-etc', etc, 'overlay', [], options);
	return {etc, [Symbol.dispose]: () => system.unmount(etc)};
}

/** All of every inode but what overlayfs keeps for the one mount alone. */
function listing(folder: string): string[] {
	const numbers = new Map<number, number>();
	return ['.', ...readdirSync(folder, {recursive: true, encoding: 'utf8'})].sort().map((name) => {
		const file = path.join(folder, name);
		const {mode, uid, gid, mtimeNs, rdev, ino} = lstatSync(file, {bigint: true});
		const inode = numbers.get(Number(ino)) ?? numbers.size;
		numbers.set(Number(ino), inode);
		const xattrs = system
			.listXattrs(file)
			.map((key) => [key, system.getXattr(file, key)?.toString('hex')]);
		const isFile = (mode & 0o170000n) === 0o100000n;
		const isLink = (mode & 0o170000n) === 0o120000n;
		const content = isFile ? readFileSync(file, 'utf8') : isLink ? readlinkSync(file) : '';
		const facts = [mode.toString(8), uid, gid, mtimeNs, rdev, `inode ${inode}`];
		return [name, ...facts, content, ...xattrs.sort()].join(' ');
	});
}

/** Changes of every kind, made through the mounted overlay. */
function changeEtc(etc: string): void {
	writeFileSync(path.join(etc, 'hosts'), 'mine\n');
	chmodSync(path.join(etc, 'mode'), 0o600);
	chownSync(path.join(etc, 'mode'), 7, 8);
	rmSync(path.join(etc, 'removed'));
	rmSync(path.join(etc, 'replaced.d'), {recursive: true});
	mkdirSync(path.join(etc, 'replaced.d'));
	writeFileSync(path.join(etc, 'replaced.d/own'), 'own\n');
	rmSync(path.join(etc, 'merged.d/gone'));
	writeFileSync(path.join(etc, 'merged.d/own'), 'own\n');
	system.setXattr(path.join(etc, 'merged.d/own'), 'user.note', Buffer.from('kept'));
	system.setXattr(path.join(etc, 'merged.d/own'), 'security.selinux', Buffer.from('etc_t\0'));
	linkSync(path.join(etc, 'merged.d/own'), path.join(etc, 'linked'));
	utimesSync(path.join(etc, 'merged.d'), 1_000_000_000.123, 1_000_000_000.123);
}

const images = {
	'v1/hosts': 'image\n',
	'v1/mode': 'm\n',
	'v1/removed': 'r\n',
	'v1/replaced.d/a': 'a\n',
	'v1/merged.d/gone': 'g\n',
	'v1/merged.d/default': 'old\n',
	'v1/dropped': 'd\n',
	'v1/dropped.d/gone': 'd\n',
	'v2/hosts': 'image 2\n',
	'v2/mode': 'm\n',
	'v2/removed': 'r\n',
	'v2/replaced.d/b': 'b\n',
	'v2/merged.d/gone': 'g\n',
	'v2/merged.d/default': 'new\n',
	'v2/new': 'n\n',
};

for (const shell of bootShells)
	(isRoot ? test : test.skip)(
		`${shell[0]}: looks over a new image as its user left it`,
		({root}) => {
			writeTree(root, images);
			{
				using mounted = mountEtc(root, 'v1', before);
				changeEtc(mounted.etc);
				rmSync(path.join(mounted.etc, 'dropped.d/gone'));
			}
			const deployments = path.join(root, 'sysroot/state/deploy');
			const source = listing(path.join(deployments, before, 'etc/upper'));
			assert.ok(source.some((line) => line.startsWith('removed 20000 0 0 ')));
			assert.ok(source.some((line) => /^replaced\.d .*trusted\.overlay\.opaque,79/.test(line)));

			for (const layer of ['upper', 'work'])
				mkdirSync(path.join(deployments, after, 'etc', layer), {recursive: true});
			writeFileSync(path.join(deployments, after, 'etc/from'), `${before}\n`);
			const prepare = runBootShell(shell, 'prepare_etc "$1" "$2"', [
				path.join(deployments, after),
				path.join(root, 'v2'),
			]);
			assert.equal(prepare, {status: 0, said: [], stderr: ''});
			assert.equal(listing(path.join(deployments, after, 'etc/upper')), source);
			assert.equal(listing(path.join(deployments, before, 'etc/upper')), source);

			using mounted = mountEtc(root, 'v2', after);
			const files = readdirSync(mounted.etc, {recursive: true, encoding: 'utf8'})
				.sort()
				.map((name) => [name, path.join(mounted.etc, name)] as const)
				.map(([name, file]) =>
					lstatSync(file).isFile() ? [name, readFileSync(file, 'utf8')] : name,
				);
			assert.equal(files, [
				'dropped.d',
				['hosts', 'mine\n'],
				['linked', 'own\n'],
				'merged.d',
				['merged.d/default', 'new\n'],
				['merged.d/own', 'own\n'],
				['mode', 'm\n'],
				['new', 'n\n'],
				'replaced.d',
				['replaced.d/own', 'own\n'],
			]);
			// What a program sees that goes by names alone.
			const {stdout, stderr} = spawnSync('find', [mounted.etc, '-name', 'gone'], {
				encoding: 'utf8',
			});
			assert.equal([stdout, stderr], ['', '']);
		},
	);

/** The images as `diff` reads them: whole root file systems. */
function filesOf(image: 'v1' | 'v2'): Record<string, string> {
	return Object.fromEntries(
		Object.entries(images).flatMap(([name, text]) =>
			name.startsWith(`${image}/`) ? [[`etc/${name.slice(3)}`, text]] : [],
		),
	);
}

(isRoot ? test : test.skip)('is told from its image as its user changed it', async ({root}) => {
	writeTree(root, images);
	const image = await addImage(root, filesOf('v1'));
	await deploy(root, 0, image);
	await boot(root, 0, [sampleEntry(0)]);
	using mounted = mountEtc(root, 'v1', before);
	// Opened for writing, so copied up, and left as it was.
	writeFileSync(path.join(mounted.etc, 'dropped'), 'd\n');
	const nothing = await diffMachineEtc(unsyncedSystem, 'booted', root);
	assert.equal(nothing.changes, []);
	changeEtc(mounted.etc);
	const {changes} = await diffMachineEtc(unsyncedSystem, 'booted', root);
	assert.equal(
		changes.map(({path, difference}) => `${difference} ${path}`),
		[
			'changed /etc/hosts',
			'added /etc/linked',
			'removed /etc/merged.d/gone',
			'added /etc/merged.d/own',
			'metadata /etc/mode',
			'removed /etc/removed',
			'removed /etc/replaced.d/a',
			'added /etc/replaced.d/own',
		],
	);
});

test.run();
