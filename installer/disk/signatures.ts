import * as v from 'valibot';
import {DamagedInput} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {printableText} from '../../engine/tree/printable.ts';

/** A file system, container of volumes or swap space that libblkid knows. */
export interface Signature {
	/** libblkid's word: `ext4`, `crypto_LUKS`, `LVM2_member`. */
	readonly type: string;
	readonly label: string | undefined;
	readonly uuid: string | undefined;
}

const wipefsJson = v.object({
	signatures: v.array(
		v.object({
			type: v.string(),
			uuid: v.nullish(v.string()),
			label: v.nullish(v.string()),
		}),
	),
});

/** Signatures of partition tables; sfdisk tells more of those. */
const tableTypes = new Set(['gpt', 'PMBR', 'dos', 'sun', 'sgi', 'bsd', 'mac']);

/**
 * What `wipefs --json` lists, each type once, without partition tables.
 * @throws DamagedInput when it is not that
 */
export function parseWipefs(json: string): Signature[] {
	const byType = new Map<string, Signature>();
	for (const {type, label, uuid} of parseWipefsJson(json)) {
		if (tableTypes.has(type) || byType.has(type)) continue;
		byType.set(type, {type, label: label ?? undefined, uuid: uuid ?? undefined});
	}
	return [...byType.values()];
}

function parseWipefsJson(json: string): v.InferOutput<typeof wipefsJson>['signatures'] {
	// wipefs prints nothing at all when it finds nothing, depending on its version.
	if (json.trim() === '') return [];
	try {
		return v.parse(wipefsJson, JSON.parse(json)).signatures;
	} catch (cause) {
		throw new DamagedInput('wipefs printed a list of signatures that cannot be read', {cause});
	}
}

/** What `blkid --probe --output export` prints; undefined when it names no content. */
export function parseBlkidExport(text: string): Signature | undefined {
	const values = new Map<string, string>();
	for (const line of text.split('\n')) {
		const equals = line.indexOf('=');
		// Characters that a shell would take are behind a backslash.
		if (equals > 0)
			values.set(line.slice(0, equals), line.slice(equals + 1).replace(/\\(.)/g, '$1'));
	}
	const type = values.get('TYPE');
	if (type === undefined) return undefined;
	return {type, label: values.get('LABEL'), uuid: values.get('UUID')};
}

/** Signatures on a whole disk, outside of its partitions. */
export async function readSignatures(system: System, path: string): Promise<Signature[]> {
	const {stdout} = await system.run('wipefs', ['--json', '--no-act', path]);
	return parseWipefs(stdout);
}

const nothingFound = 2;
const severalFound = 8;

/** What a region of a disk holds, read by position so that no partition node is needed. */
export async function probeRegion(
	system: System,
	path: string,
	{start, size}: {readonly start: number; readonly size: number},
): Promise<Signature | undefined> {
	const {status, stdout} = await system.run(
		'blkid',
		['--probe', '--output', 'export', '--offset', String(start), '--size', String(size), path],
		{okStatuses: [0, nothingFound, severalFound]},
	);
	if (status === severalFound) return {type: 'several', label: undefined, uuid: undefined};
	return parseBlkidExport(stdout);
}

const typeNames: Readonly<Record<string, string>> = {
	crypto_LUKS: 'LUKS',
	LVM2_member: 'LVM',
	linux_raid_member: 'MD RAID',
	zfs_member: 'ZFS',
	swsuspend: 'hibernated swap',
	BitLocker: 'BitLocker',
	ntfs: 'NTFS',
	exfat: 'exFAT',
	hfsplus: 'HFS+',
	apfs: 'APFS',
	mpath_member: 'multipath',
	several: 'several file systems at once',
};

/** `ext4 "root"`, `LUKS`. */
export function describeSignature({type, label}: Signature): string {
	const name = typeNames[type] ?? type;
	return label === undefined || label === '' ? name : `${name} "${printableText(label)}"`;
}
