import {createHash} from 'node:crypto';

/**
 * A UUID that follows from a seed and what it is for: random in form (version 4), since some readers
 * take no other.
 * @see RFC 9562, section 5.4
 */
export function seededUuid(seed: string, purpose: string): string {
	const bytes = seededBytes(seed, purpose).subarray(0, 16);
	bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
	bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
	return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A UUID as mdadm writes it: four groups of eight hexadecimal digits. */
export function arrayUuid(uuid: string): string {
	return uuid.replaceAll('-', '').replace(/(.{8})(?=.)/g, '$1:');
}

/** A FAT volume ID, as blkid and `/dev/disk/by-uuid` write it. */
export function seededVolumeId(seed: string, purpose: string): string {
	const hex = seededBytes(seed, `${purpose} volume`).toString('hex', 0, 4).toUpperCase();
	return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}

function seededBytes(seed: string, purpose: string): Buffer {
	return createHash('sha256').update(`${seed}\0${purpose}`).digest();
}
