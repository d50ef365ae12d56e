/**
 * Small images that install themselves with the programs of the reference image, for tests that install
 * often: slipway, its Node and all tools are links into that image, which a volume shows below /run,
 * where nothing counts as the image's own.
 */
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {imageRecordPath} from '../../engine/source/image-record.ts';
import {recordImage} from '../../engine/source/record-image.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {hostArchitecture} from '../../installer/architecture.ts';
import {installPrograms} from '../../installer/programs.ts';
import {makeCpio} from '../engine/lint/cpio.ts';
import {seededRandom} from '../seeded.ts';
import {imageName} from '../setup/image.ts';
import {podman} from './podman.ts';

/** Files by path, added to a small image's own; undefined leaves one out. */
export type ImageChanges = Readonly<Record<string, string | Buffer | undefined>>;

const tools = '/run/tools';
/** What a container of such an image needs. */
export const toolsVolume = `--mount=type=image,source=${imageName},destination=${tools}`;

const system = hostSystem();
const random = seededRandom(2);
/** Long ago, for what was made just now may be the container engine's. */
const builtSec = 1_700_000_000;

/** As large as is worth a moment of writing, with what tells that it mounts a deployment. */
export const smallInitramfs = makeCpio({
	'usr/lib/slipway/slipway-root': '',
	data: random.bytes(900_000).toString('base64'),
});

/** All that an install looks for in an image, and a few hundred files besides. */
const smallImage: ImageChanges = {
	'usr/lib/modules/6.12.0/vmlinuz': random.bytes(300_000),
	'usr/lib/modules/6.12.0/initramfs.img': smallInitramfs,
	[`usr/lib/systemd/boot/efi/systemd-boot${hostArchitecture().efi}.efi`]: random.bytes(100_000),
	'usr/lib/os-release': 'PRETTY_NAME="Small OS"\nVERSION_ID=1\n',
	'usr/lib/slipway/kargs.d/10-quiet.toml': 'kargs = ["quiet"]\n',
	[imageRecordPath.slice(1)]: '',
	'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
	'var/lib/data': random.bytes(5000),
	...Object.fromEntries(
		Array.from({length: 300}, (_, n) => [`usr/share/${n % 20}/${n}`, random.bytes(n * 40)]),
	),
};

const folders = ['boot', 'dev', 'proc', 'run', 'sys', 'sysroot', 'tmp', 'usr', 'var/tmp'];
const links: Readonly<Record<string, string>> = {
	bin: 'usr/bin',
	home: 'var/home',
	lib: 'usr/lib',
	lib64: 'usr/lib64',
	root: 'var/roothome',
	sbin: 'usr/sbin',
	...Object.fromEntries(
		[
			...['bin', 'sbin', 'lib64', 'lib/x86_64-linux-gnu', 'lib/aarch64-linux-gnu'],
			'lib/ld-linux-aarch64.so.1',
			...['slipway', 'app', 'node', 'lib', 'mke2fs.conf'].map((name) => `lib/slipway/${name}`),
		].map((name) => [`usr/${name}`, `${tools}/usr/${name}`]),
	),
};

/** The same in a folder, with programs that are none: for an installation by a program that is not in it. */
export function writeInstallableRoot(root: string, changes: ImageChanges = {}): void {
	const isTool = (place: string) => place.startsWith('usr/');
	const ownLinks = Object.entries(links).filter(([place]) => !isTool(place));
	const programs = Object.keys({...installPrograms({fileSystems: ['ext4']}), bootctl: ''});
	const places = [
		'usr/sbin/init',
		'usr/lib/slipway/slipway',
		...programs.map((name) => `usr/bin/${name}`),
	];
	const dummies = places.map((place) => [place, ''] as const);
	fillRoot(root, {...Object.fromEntries(dummies), ...changes}, Object.fromEntries(ownLinks));
	for (const place of places) chmodSync(path.join(root, place), 0o755);
}

function fillRoot(
	root: string,
	changes: ImageChanges,
	linked: Readonly<Record<string, string>>,
): void {
	for (const folder of folders) mkdirSync(path.join(root, folder), {recursive: true});
	for (const [place, content] of Object.entries({...smallImage, ...changes})) {
		mkdirSync(path.join(root, path.dirname(place)), {recursive: true});
		if (content !== undefined) writeFileSync(path.join(root, place), content);
	}
	for (const [place, target] of Object.entries(linked)) symlinkSync(target, path.join(root, place));
	for (const place of ['.', ...readdirSync(root, {recursive: true, encoding: 'utf8'})])
		system.setMtime(path.join(root, place), builtSec, 0);
}

/** Imports one; the caller removes it. Its container runs with {@link toolsVolume}. */
export async function makeInstallableImage(
	name: string,
	changes: ImageChanges = {},
): Promise<void> {
	const root = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
	try {
		fillRoot(root, changes, links);
		recordImage(system, {root, into: root});
		const archive = `${root}.tar`;
		execFileSync('tar', ['-C', root, '--numeric-owner', '-cf', archive, '.']);
		await podman([
			...['import', '--quiet', '--change', 'ENTRYPOINT ["/usr/lib/slipway/slipway"]'],
			...[archive, name],
		]);
		rmSync(archive);
	} finally {
		rmSync(root, {recursive: true});
	}
}
