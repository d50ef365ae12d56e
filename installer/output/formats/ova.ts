/**
 * OVA: a tar of what describes a machine of VMware, the digests of the others, and its disk as a VMDK. What
 * comes first needs the disk's size and digest, so it is written last, into room that was left for it.
 * @see DMTF DSP0243, Open Virtualization Format 1.1, "Distribution as a Single File"
 */
import {createHash} from 'node:crypto';
import {blockSize} from '../../../engine/tar/header.ts';
import {alignUp} from '../../disk/size.ts';
import type {DiskCluster} from '../disk-clusters.ts';
import type {ImageFile} from '../image-file.ts';
import type {DiskFacts, DiskFormat, FormatWriter} from './format.ts';
import {endOfArchive, gnuHeader, memberPadding} from './gnu-tar.ts';
import {ovfDescriptor} from './ovf.ts';
import {VmdkWriter, vmdk, vmdkName} from './vmdk.ts';

export const ova: DiskFormat = {
	...vmdk,
	suffix: '.ova',
	description: 'VMware, as a machine with its settings',
	async open(disk, file) {
		const head = archiveHead(disk, {size: Number.MAX_SAFE_INTEGER, sha256: '0'.repeat(64)});
		await file.skipTo(head.length);
		const hashed = new HashedMember(file);
		return new OvaWriter(disk, file, hashed, await VmdkWriter.open(disk, hashed));
	},
};

interface DiskMember {
	readonly size: number;
	/** In hex. */
	readonly sha256: string;
}

/** A member that is written now. */
class HashedMember {
	readonly #file: ImageFile;
	readonly #hash = createHash('sha256');
	#size = 0;

	constructor(file: ImageFile) {
		this.#file = file;
	}

	async append(bytes: Uint8Array): Promise<void> {
		this.#hash.update(bytes);
		this.#size += bytes.length;
		await this.#file.append(bytes);
	}

	finish(): DiskMember {
		return {size: this.#size, sha256: this.#hash.digest('hex')};
	}
}

class OvaWriter implements FormatWriter {
	readonly #disk: DiskFacts;
	readonly #file: ImageFile;
	readonly #member: HashedMember;
	readonly #vmdk: VmdkWriter;

	constructor(disk: DiskFacts, file: ImageFile, member: HashedMember, vmdk: VmdkWriter) {
		this.#disk = disk;
		this.#file = file;
		this.#member = member;
		this.#vmdk = vmdk;
	}

	async write(cluster: DiskCluster): Promise<void> {
		await this.#vmdk.write(cluster);
	}

	async finish(): Promise<void> {
		await this.#vmdk.finish();
		const member = this.#member.finish();
		await this.#file.append(Buffer.concat([memberPadding(member.size), endOfArchive]));
		await this.#file.rewrite(0, archiveHead(this.#disk, member));
	}
}

/** All that comes before the disk; of the same length whatever the disk's size is. */
function archiveHead(disk: DiskFacts, {size, sha256}: DiskMember): Buffer {
	const file = vmdkName(disk);
	const longest = Buffer.byteLength(ovfDescriptor(disk, {file, size: Number.MAX_SAFE_INTEGER}));
	const descriptor = Buffer.alloc(alignUp(longest, blockSize), '\n');
	descriptor.write(ovfDescriptor(disk, {file, size}));
	const digest = createHash('sha256').update(descriptor).digest('hex');
	const ovf = `${disk.name}.ovf`;
	const manifest = Buffer.from(`SHA256(${ovf})= ${digest}\nSHA256(${file})= ${sha256}\n`);
	const {time} = disk;
	return Buffer.concat([
		gnuHeader({name: ovf, size: descriptor.length, time}),
		descriptor,
		gnuHeader({name: `${disk.name}.mf`, size: manifest.length, time}),
		manifest,
		memberPadding(manifest.length),
		gnuHeader({name: file, size, time}),
	]);
}
