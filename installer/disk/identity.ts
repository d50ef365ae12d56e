import * as v from 'valibot';
import type {System} from '../../engine/system/system.ts';
import type {BlockDevice} from './block-devices.ts';

/** By what a person, or a plan made earlier, knows a disk again. */
export interface DiskIdentity {
	readonly model: string | undefined;
	readonly serial: string | undefined;
	readonly wwn: string | undefined;
	/** `nvme`, `sata`, `usb`, `virtio`, …: lsblk's word. */
	readonly transport: string | undefined;
	readonly isRemovable: boolean;
	/** The kernel's number of this disk under this name, until the next boot. */
	readonly diskSequence: number | undefined;
}

export const unknownIdentity: DiskIdentity = {
	model: undefined,
	serial: undefined,
	wwn: undefined,
	transport: undefined,
	isRemovable: false,
	diskSequence: undefined,
};

const text = v.nullish(
	v.pipe(
		v.string(),
		v.trim(),
		v.transform((value) => value || undefined),
	),
);

const lsblkJson = v.object({
	blockdevices: v.tuple([
		v.looseObject({
			model: text,
			serial: text,
			wwn: text,
			tran: text,
			rm: v.optional(v.boolean(), false),
		}),
	]),
});

/** What `lsblk --json --nodeps` says of one device; all unknown when it says something else. */
export function parseLsblk(json: string, diskSequence: number | undefined): DiskIdentity {
	const parsed = v.safeParse(lsblkJson, parseJson(json));
	if (!parsed.success) return {...unknownIdentity, diskSequence};
	const [{model, serial, wwn, tran, rm}] = parsed.output.blockdevices;
	return {
		model: model ?? undefined,
		serial: serial ?? undefined,
		wwn: wwn ?? undefined,
		transport: tran ?? undefined,
		isRemovable: rm,
		diskSequence,
	};
}

function parseJson(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/** Asks lsblk, which takes udev's word when there is one and sysfs's otherwise. */
export async function readIdentity(
	system: System,
	path: string,
	{diskSequence}: BlockDevice,
): Promise<DiskIdentity> {
	const {stdout} = await system.run(
		'lsblk',
		['--json', '--nodeps', '--output', 'MODEL,SERIAL,WWN,TRAN,RM', path],
		// It knows nothing of some devices; a name without a model is enough to go on.
		{okStatuses: [0, 1, 32, 64]},
	);
	return parseLsblk(stdout, diskSequence);
}
