/** What lsblk says of the disks of a machine. */
import * as v from 'valibot';
import {DamagedInput} from '../../engine/errors.ts';

/** A whole disk that could be installed to. Sizes are in bytes. */
export interface ListedDisk {
	/** The kernel's: `nvme0n1`, `dm-0`. */
	readonly name: string;
	/** `/dev/nvme0n1`, `/dev/mapper/mpatha`. */
	readonly path: string;
	readonly size: number;
	readonly model: string | undefined;
	readonly vendor: string | undefined;
	readonly serial: string | undefined;
	readonly wwn: string | undefined;
	/** lsblk's word; `virtio` and `mmc` also where that has none. */
	readonly transport: string | undefined;
	readonly isRotational: boolean;
	/** By its medium, or as a whole: everything on USB. */
	readonly isRemovable: boolean;
}

/** What to ask lsblk for. */
export const lsblkArguments: readonly string[] = [
	'--json',
	'--bytes',
	'--output',
	'NAME,KNAME,PATH,TYPE,SIZE,MODEL,VENDOR,SERIAL,WWN,TRAN,ROTA,RM,SUBSYSTEMS',
];

const text = v.pipe(
	v.nullish(v.string()),
	v.transform((value) => value?.trim() || undefined),
);

const device = v.object({
	kname: v.string(),
	path: v.string(),
	type: v.string(),
	// Old versions print numbers as texts.
	size: v.pipe(v.union([v.number(), v.string()]), v.transform(Number)),
	model: text,
	vendor: text,
	serial: text,
	wwn: text,
	tran: text,
	rota: v.nullish(v.boolean()),
	rm: v.nullish(v.boolean()),
	subsystems: text,
});

type LsblkDevice = v.InferOutput<typeof device>;
type LsblkTree = LsblkDevice & {readonly children?: readonly LsblkTree[] | undefined};

const tree: v.GenericSchema<unknown, LsblkTree> = v.intersect([
	device,
	v.object({children: v.optional(v.array(v.lazy(() => tree)))}),
]);

const lsblkJson = v.object({blockdevices: v.array(tree)});

/**
 * The disks in what lsblk prints for {@link lsblkArguments}, in its order. Paths of a multipath disk are
 * one, by its mapper device. What is never installed to is left out: memory, loop and network devices,
 * drives without a medium, boot areas of eMMC.
 * @throws DamagedInput when it is not that
 */
export function parseDiskList(json: string): ListedDisk[] {
	const byName = new Map<string, ListedDisk>();
	for (const disk of parse(json)) {
		if (disk.type !== 'disk' || neverDisks.test(disk.kname)) continue;
		const multipath = disk.children?.find(({type}) => type === 'mpath');
		const listed = describe({...disk, ...(multipath && pathOf(multipath))});
		if (listed.size > 0 && !byName.has(listed.name)) byName.set(listed.name, listed);
	}
	return [...byName.values()];
}

const neverDisks = /^(?:zram|ram|loop|nbd|fd|sr|drbd|rbd|mmcblk\d+(?:boot|rpmb|gp))/;

function parse(json: string): readonly LsblkTree[] {
	try {
		return v.parse(lsblkJson, JSON.parse(json)).blockdevices;
	} catch (cause) {
		throw new DamagedInput('lsblk printed a list of disks that cannot be read', {cause});
	}
}

/** The mapper device knows neither model nor serial; its paths do. */
function pathOf({kname, path, size}: LsblkTree): Pick<LsblkTree, 'kname' | 'path' | 'size'> {
	return {kname, path, size};
}

function describe({
	kname,
	path,
	size,
	model,
	vendor,
	serial,
	wwn,
	...rest
}: LsblkDevice): ListedDisk {
	const {tran, subsystems, rota, rm} = rest;
	const transport = tran ?? subsystems?.split(':').find((name) => /^(?:virtio|mmc)$/.test(name));
	return {
		name: kname,
		path,
		size,
		model,
		vendor,
		serial,
		wwn,
		transport,
		isRotational: rota ?? false,
		isRemovable: rm === true || transport === 'usb',
	};
}
