import {statSync} from 'node:fs';
import {Refused, UsageError} from '../../../engine/errors.ts';
import type {System} from '../../../engine/system/system.ts';
import {type Medium, readAt} from './medium.ts';
import {Qcow2Disk} from './qcow2.ts';
import {qcow2Magic, unreadable} from './qcow2-header.ts';
import {openRaw} from './raw.ts';

/** Where a disk is and how it is kept: enough to open it, also in another thread. */
export interface MediumSource {
	readonly path: string;
	readonly format: 'raw' | 'qcow2';
	/** Of the file or device, in bytes. */
	readonly fileSize: number;
}

/** What the formats that are not read here begin with, or have at some place. */
const foreign = [
	{name: 'VMDK', offset: 0, magic: 'KDMV'},
	{name: 'VHDX', offset: 0, magic: 'vhdxfile'},
	{name: 'VHD', offset: 0, magic: 'conectix'},
	{name: 'gzip archive', offset: 0, magic: '\x1f\x8b\x08'},
	{name: 'zstd archive', offset: 0, magic: '\x28\xb5\x2f\xfd'},
	{name: 'xz archive', offset: 0, magic: '\xfd7zXZ'},
	{name: 'tar archive', offset: 257, magic: 'ustar'},
	{name: 'ISO', offset: 32_769, magic: 'CD001'},
] as const;
const headSize = 36 << 10;
const vhdFooterSize = 512;

/**
 * Looks what a file is.
 * @throws UsageError when it cannot be read, Refused `unreadable-format`
 */
export function identifyMedium(system: Pick<System, 'deviceSize'>, path: string): MediumSource {
	const fileSize = sizeOf(system, path);
	using raw = openRaw(path, fileSize);
	const head = readAt(raw, {offset: 0, length: Math.min(headSize, fileSize)});
	if (hasAt(head, 0, qcow2Magic) && fileSize > headSize) return {path, format: 'qcow2', fileSize};
	const found = foreign.find(({offset, magic}) =>
		hasAt(head, offset, Buffer.from(magic, 'latin1')),
	);
	if (found !== undefined) throw foreignFormat(path, found.name);
	if (fileSize > vhdFooterSize && isVhdFooter(raw)) throw unreadable(path, 'is a VHD');
	return {path, format: 'raw', fileSize};
}

export function openMedium({path, format, fileSize}: MediumSource): Medium {
	const raw = openRaw(path, fileSize);
	if (format === 'raw') return raw;
	try {
		return new Qcow2Disk(raw, path);
	} catch (error) {
		raw[Symbol.dispose]();
		throw error;
	}
}

function sizeOf(system: Pick<System, 'deviceSize'>, path: string): number {
	let stat: ReturnType<typeof statSync>;
	try {
		stat = statSync(path);
	} catch (cause) {
		throw new UsageError(`${path} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, {
			hint: 'Name a disk image or a block device.',
			cause,
		});
	}
	if (stat.isFile()) return stat.size;
	if (stat.isBlockDevice()) return system.deviceSize(path).size;
	throw new UsageError(`${path} is neither a file nor a block device`, {
		hint: 'Name a disk image or a block device.',
	});
}

/** Of a fixed disk, at its end; else it is raw. */
function isVhdFooter(raw: Medium): boolean {
	const footer = readAt(raw, {offset: raw.size - vhdFooterSize, length: vhdFooterSize});
	return hasAt(footer, 0, Buffer.from('conectix'));
}

function hasAt(bytes: Buffer, offset: number, magic: Buffer): boolean {
	return bytes.subarray(offset, offset + magic.length).equals(magic);
}

function foreignFormat(path: string, name: string): Refused {
	if (!/archive|ISO/.test(name)) return unreadable(path, `is a ${name}`);
	return new Refused(
		'unreadable-format',
		`${path} is no disk that can be verified: it is a ${name}`,
		{
			hint:
				name === 'ISO' ? 'Verify a raw or qcow2 image.' : 'Unpack it, and verify what is in it.',
		},
	);
}
