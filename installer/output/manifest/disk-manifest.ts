import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import type {BootFile} from '../../../engine/boot/boot-partition.ts';
import {version} from '../../../engine/version.ts';
import {type SystemContent, sourceSize} from '../../content.ts';
import type {DiskPlan, InstallPlan} from '../../plan.ts';
import {machineItems} from './machine-items.ts';
import type {DiskManifest} from './manifest.ts';

/** A file that was written, with the whole disk in it or beside that. */
export type OutputFile = DiskManifest['outputs'][number];

/** What a manifest tells of contents: they were read for it. */
export type HashedContent = Pick<DiskManifest, 'bootFiles' | 'items'>;

/** The manifest of a disk. @param bootCode what was written outside of file systems, for a BIOS */
export function diskManifest(
	plan: InstallPlan,
	{bootFiles, items}: HashedContent,
	outputs: readonly OutputFile[],
	bootCode: DiskManifest['bootCode'] = [],
): DiskManifest {
	const {image, deployment, bootstrap} = plan;
	const [disk] = plan.disks;
	return {
		version: 1,
		slipwayVersion: version,
		image: {
			...(image.reference !== undefined && {reference: image.reference}),
			...(image.manifestDigest !== undefined && {manifestDigest: image.manifestDigest}),
			...(image.configDigest !== undefined && {configDigest: image.configDigest}),
			verityDigest: image.verityDigest,
		},
		deployment: {...deployment, kernelArguments: [...deployment.kernelArguments]},
		disk: {id: disk.layout.id, size: disk.size, sectorSize: disk.layout.sectorSize},
		partitions: partitionsOf(disk),
		outputs: [...outputs],
		bootFiles,
		...(bootCode.length > 0 && {bootCode}),
		bootstrap: [...bootstrap],
		items,
	};
}

function partitionsOf({layout}: DiskPlan): DiskManifest['partitions'] {
	return layout.partitions.map(
		({number, role, finishedName, type, uuid, start, size, fileSystem}) => ({
			...{number, role, name: finishedName, type, uuid, start, size},
			fileSystem: {type: fileSystem.type, uuid: fileSystem.uuid, label: fileSystem.label},
		}),
	);
}

/**
 * What a manifest tells of the contents of a disk, by those that were written: boot files, and what the machine gets
 * besides its image, which is read.
 * @param plan the one that was carried out, with the content's digests
 */
export async function hashContent(
	content: SystemContent,
	plan: Pick<InstallPlan, 'deployment' | 'bootstrap'>,
): Promise<HashedContent> {
	const bootFiles: DiskManifest['bootFiles'] = [];
	for (const file of [...content.bootFiles, ...content.bootEntries])
		bootFiles.push({path: file.path, ...(await hashBootFile(file))});
	return {bootFiles, items: machineItems(content, plan)};
}

async function hashBootFile({source, sha256}: BootFile) {
	if (sha256 !== undefined) return {size: sourceSize(source), sha256};
	const hash = createHash('sha256');
	let size = 0;
	const pieces =
		source.kind === 'bytes' ? [source.bytes] : createReadStream(Buffer.from(source.path, 'latin1'));
	for await (const piece of pieces) {
		hash.update(piece);
		size += piece.length;
	}
	return {size, sha256: hash.digest('hex')};
}
