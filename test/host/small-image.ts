import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {imageRecordPath} from '../../engine/source/image-record.ts';
import {recordImage} from '../../engine/source/record-image.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {podman} from './podman.ts';

const system = hostSystem();
const project = path.resolve(import.meta.dirname, '../..');

/**
 * What a container needs to run this project's source with this Node. Below /run, so that nothing of
 * it shows in the image.
 */
export const sourceVolumes = [
	`--volume=${project}:/run/project:ro`,
	`--volume=${process.execPath}:/run/node:ro`,
];

/** The command line for a script of test/host/in-container, in a container with those volumes. */
export function scriptCommand(name: string, ...args: string[]): string[] {
	return ['/run/node', `/run/project/test/host/in-container/${name}`, ...args];
}

export interface SmallImageOptions {
	/** With files of its own where a container engine mounts some: /etc/hosts and others. */
	readonly hasOwnFiles: boolean;
	/** Write the image's record, as a build would. */
	readonly isRecorded: boolean;
}

/** Makes an image of a few files and the libraries that Node needs, in one layer. */
export async function makeSmallImage(
	name: string,
	folder: string,
	options: SmallImageOptions,
): Promise<void> {
	const root = path.join(folder, 'root');
	makeRoot(root, options);
	settleTimes(root);
	if (options.isRecorded) recordImage(system, {root, into: root});
	const archive = path.join(folder, 'root.tar');
	execFileSync('tar', ['-C', root, '--numeric-owner', '-cf', archive, '.']);
	await podman(['import', '--quiet', archive, name]);
}

function makeRoot(root: string, {hasOwnFiles, isRecorded}: SmallImageOptions): void {
	for (const place of ['boot', 'dev', 'etc', 'mnt', 'opt/app', 'proc', 'root', 'run/lock', 'srv'])
		mkdirSync(path.join(root, place), {recursive: true});
	for (const place of [
		'sys',
		'sysroot',
		'tmp',
		'usr/lib/slipway',
		'usr/lib64',
		'usr/bin',
		'var/log',
	])
		mkdirSync(path.join(root, place), {recursive: true});
	for (const place of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${place}`, path.join(root, place));
	copyLibraries(root);
	const files: Record<string, string> = {
		'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
		'opt/app/data': 'some data\n'.repeat(100),
	};
	if (hasOwnFiles) {
		files['etc/hosts'] = `127.0.0.1 localhost\n${'# too long to be inline\n'.repeat(9)}`;
		files['etc/hostname'] = 'myos\n';
		files['etc/resolv.conf'] = 'nameserver 192.0.2.1\n';
		symlinkSync('../proc/self/mounts', path.join(root, 'etc/mtab'));
		system.makeNode(path.join(root, 'dev/null'), 0o20666, 0x103);
	}
	if (isRecorded) files[imageRecordPath.slice(1)] = '';
	for (const [place, content] of Object.entries(files))
		writeFileSync(path.join(root, place), content);
}

function copyLibraries(root: string): void {
	const listed = execFileSync('ldd', [process.execPath], {encoding: 'utf8'});
	for (const [library] of listed.matchAll(/\/\S+/g)) {
		const place = library.startsWith('/usr/') ? library : `/usr${library}`;
		cpSync(library, path.join(root, place), {dereference: true, recursive: true});
	}
}

/** Times long gone and different everywhere, as in an image whose packages are of different days. */
function settleTimes(root: string): void {
	let second = 1_600_000_000;
	const places = readdirSync(root, {recursive: true, encoding: 'utf8'});
	for (const place of [...places, '.']) system.setMtime(path.join(root, place), second++, 0);
}
