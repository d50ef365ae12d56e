import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {noProgress} from '../../../engine/progress.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {scanDirectory} from '../../../engine/tree/scan.ts';
import {hostArchitecture} from '../../../installer/architecture.ts';
import {ImageTree} from '../../../installer/bootstrap/image-tree.ts';
import {MachineFiles, secretFile} from '../../../installer/bootstrap/machine-files.ts';
import {Problems} from '../../../installer/bootstrap/problems.ts';
import {describeSystem} from '../../../installer/describe-system.ts';
import {MiB} from '../../../installer/disk/size.ts';
import {readInstallFiles} from '../../../installer/install-files.ts';
import {diskManifest, hashContent} from '../../../installer/output/manifest/disk-manifest.ts';
import {formatManifest} from '../../../installer/output/manifest/manifest.ts';
import {type InstallPlan, partitionOfRole} from '../../../installer/plan.ts';
import {runPlan} from '../../../installer/run-plan.ts';
import {hashSelf, prepareSelf} from '../../../installer/self-image.ts';
import {ext4Sink} from '../../../installer/sink/ext4.ts';
import {planFor} from '../../installer/new-system.ts';
import {seededRandom} from '../../seeded.ts';

/** A disk as an installation makes it, of a small image, as a plain file. */
export interface MadeDisk extends Disposable {
	/** As it was made; tests change copies. */
	readonly path: string;
	readonly manifest: string;
	readonly plan: InstallPlan;
	/** Where its root begins, and its boot partition. */
	readonly root: number;
	readonly esp: number;
	/** A copy of the disk, under a name of its own, without a manifest. */
	copy(): string;
	/** Has debugfs change the root of a copy. */
	debugfs(copy: string, commands: readonly string[]): void;
	/** Runs one of the mtools on the boot partition of a copy. */
	mtools(copy: string, program: string, words: readonly string[]): void;
}

const size = 700 * MiB;
const mke2fsConfig = path.resolve(
	import.meta.dirname,
	'../../../image/root/usr/lib/slipway/mke2fs.conf',
);

/** Contents of the image, by path. Bytes of a length are random, and the same every time. */
const files: Readonly<Record<string, string | number>> = {
	'usr/lib/modules/6.12.1/vmlinuz': 300_000,
	'usr/lib/modules/6.12.1/initramfs.img': 900_000,
	'usr/lib/systemd/boot/efi/systemd-bootx64.efi': 120_000,
	'usr/lib/systemd/boot/efi/systemd-bootaa64.efi': 120_001,
	'usr/lib/os-release': `PRETTY_NAME="My OS 1"\nVERSION_ID=1\n# ${'long '.repeat(20)}\n`,
	'usr/lib/slipway/kargs.d/10-quiet.toml': 'kargs = ["quiet", "console=ttyS0"]\n',
	'usr/lib/slipway/image.toml': 'reference = "registry.example.com/myos:1"\n',
	'usr/bin/large': 2_500_000,
	'usr/bin/tool': 5000,
	'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
	'etc/hostname': 'image\n',
	'var/lib/small': 'small',
	'var/lib/empty': '',
	'var/lib/db': 70_000,
};

export async function makeDisk(): Promise<MadeDisk> {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-made-'));
	const image = path.join(folder, 'image');
	writeImage(image);
	const system = hostSystem();
	const disk = path.join(folder, 'disk.raw');
	writeFileSync(disk, '');
	truncateSync(disk, size);
	const tree = scanDirectory(system, image);
	const self = await hashSelf(
		await prepareSelf(tree, undefined),
		new AbortController().signal,
		noProgress,
	);
	const machine = new MachineFiles(new ImageTree(tree.root, self.sources), new Problems(), now);
	machine.file('/etc/hostname', 'machine\n');
	machine.file('/etc/secret', 'correct horse', secretFile);
	machine.file('/var/home/me/key', 'ssh-ed25519 AAAA me\n');
	machine.link('/etc/localtime', '/usr/share/zoneinfo/UTC');
	const architecture = hostArchitecture();
	const described = describeSystem({
		files: await readInstallFiles(new ImageRoot(image), architecture),
		self,
		layout: {rootFileSystem: 'ext4', espSize: 64 * MiB},
		architecture,
		given: {
			targetImage: undefined,
			kernelArguments: [{argument: 'debug', source: 'slipway install --karg'}],
		},
		bootstrap: {
			items: [{what: 'file', place: '/etc/secret', secret: true}],
			tree: machine,
		},
		now,
	});
	const settings = {rootFileSystem: 'ext4', espSize: 64 * MiB} as const;
	const plan = planFor(described, {kind: 'file', path: disk, realPath: disk, size}, [], {
		settings,
		bootstrap: described.bootstrap,
		architecture: architecture.partition,
	});
	const content = described.contentFor(plan);
	const sink = ext4Sink(system, {path: disk, sectorSize: 512, mke2fsConfig});
	await runPlan(
		system,
		{plan, content, sink, unhashed: undefined},
		new AbortController().signal,
		noProgress,
	);
	const manifest = `${disk}.manifest.json`;
	writeFileSync(manifest, formatManifest(diskManifest(plan, await hashContent(content, plan), [])));
	const [{layout}] = plan.disks;
	const [root, esp] = [partitionOfRole(layout, 'root').start, partitionOfRole(layout, 'esp').start];
	let copies = 0;
	return {
		...{path: disk, manifest, plan, root, esp},
		copy() {
			const copy = path.join(folder, `copy-${copies++}.raw`);
			execFileSync('cp', ['--sparse=always', disk, copy]);
			return copy;
		},
		debugfs(copy, commands) {
			const place = `${copy}?offset=${root}`;
			execFileSync('debugfs', ['-w', '-f', '-', place], {
				input: commands.map((line) => `${line}\n`).join(''),
				stdio: ['pipe', 'ignore', 'ignore'],
			});
		},
		mtools(copy, program, words) {
			execFileSync(program, ['-i', `${copy}@@${esp}`, ...words], {
				env: {...process.env, MTOOLS_SKIP_CHECK: '1'},
			});
		},
		[Symbol.dispose]: () => rmSync(folder, {recursive: true}),
	};
}

const now = new Date('2026-11-22T12:00:00Z');

function writeImage(image: string): void {
	for (const folder of ['boot', 'sysroot', 'run', 'root'])
		mkdirSync(path.join(image, folder), {recursive: true});
	for (const [name, content] of Object.entries(files)) {
		const file = path.join(image, name);
		mkdirSync(path.dirname(file), {recursive: true});
		writeFileSync(
			file,
			typeof content === 'string' ? content : seededRandom(content).bytes(content),
		);
	}
	chmodSync(path.join(image, 'var/lib/db'), 0o600);
	symlinkSync('db', path.join(image, 'var/lib/link'));
	symlinkSync('var/home', path.join(image, 'home'));
}

/** Writes bytes at a place of a copy. */
export function overwrite(copy: string, offset: number, bytes: Buffer): void {
	const file = openSync(copy, 'r+');
	try {
		writeSync(file, bytes, 0, bytes.length, offset);
	} finally {
		closeSync(file);
	}
}
