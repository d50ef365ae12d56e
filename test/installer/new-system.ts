import {createHash} from 'node:crypto';
import {verityDigest} from '../../engine/erofs/fs-verity.ts';
import {hostArchitecture} from '../../installer/architecture.ts';
import type {DescribedSystem, SystemRequest} from '../../installer/describe-system.ts';
import {type InstallPlan, type PlanRequest, planInstall} from '../../installer/plan.ts';
import {directory} from '../engine/source/trees.ts';
import {foundDisk} from './disk/found-disk.ts';

const image = Buffer.from('composefs image');
export const imageDigest = verityDigest(image, 'sha256');

/** A system as the installer describes it, of an image with next to nothing in it. */
export function systemRequest(file: string): SystemRequest {
	const kernelFile = (text: string) => ({
		path: file,
		size: 5000,
		sha256: createHash('sha256').update(text).digest('hex'),
	});
	const root = directory({etc: directory(), var: directory()});
	return {
		files: {
			kernel: {version: '6.12.1', linux: kernelFile('linux'), initramfs: kernelFile('initramfs')},
			kernelArguments: [{argument: 'quiet', source: '/usr/lib/slipway/kargs.d/a.toml'}],
			layout: {rootFileSystem: 'ext4', espSize: undefined},
			bootProgram: file,
			imageSettings: 'reference = "registry.example.com/myos:1"',
			osRelease: {prettyName: 'My OS 1', imageVersion: '1'},
		},
		self: {
			root,
			sources: new Map(),
			objects: new Map(),
			image: {bytes: image, verityDigest: imageDigest, tree: root},
			containerEnvironment: `image="localhost/myos:dev"\nimageid="${'c'.repeat(64)}"\n`,
		},
		layout: {rootFileSystem: 'ext4', espSize: undefined},
		architecture: hostArchitecture('x64'),
		given: {
			targetImage: undefined,
			kernelArguments: [{argument: 'console=ttyS0', source: 'slipway install --karg'}],
		},
		bootstrap: {items: [], tree: {root: directory(), sources: new Map()}},
		now: new Date('2026-11-22T12:00:00Z'),
	};
}

/** The plan to put it on an empty disk, or on several; with changes. */
export function planFor(
	described: DescribedSystem,
	disk: Parameters<typeof foundDisk>[0] = {},
	others: readonly (typeof disk)[] = [],
	changes: Partial<PlanRequest> = {},
): InstallPlan {
	return planInstall({
		...described,
		disk: foundDisk(disk),
		others: others.map(foundDisk),
		settings: {rootFileSystem: 'ext4', espSize: undefined},
		architecture: 'x86-64',
		seed: 'fixed',
		canEnableVerity: false,
		...changes,
	});
}
