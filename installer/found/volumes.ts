import * as v from 'valibot';
import {DamagedInput} from '../../engine/errors.ts';

export interface LabelledVolume {
	/** `/dev/sdb1` */
	readonly device: string;
	readonly label: string;
}

/** What to ask lsblk for. */
export const volumeArguments: readonly string[] = [
	...['--json', '--list', '--output', 'PATH,KNAME,PKNAME,LABEL'],
];

const listing = v.object({
	blockdevices: v.array(
		v.object({
			path: v.string(),
			kname: v.string(),
			pkname: v.nullish(v.string()),
			label: v.nullish(v.string()),
		}),
	),
});

/**
 * Volumes that have a label. A disk with an image for optical media has it twice, as a whole and on its first
 * partition: the whole counts.
 * @throws DamagedInput
 */
export function parseVolumes(text: string): readonly LabelledVolume[] {
	const {blockdevices} = parse(text);
	const labels = new Map(blockdevices.map(({kname, label}) => [kname, label]));
	const volumes = blockdevices.flatMap(({path, pkname, label}) => {
		if (typeof label !== 'string' || label === '') return [];
		const isPartOfSame = typeof pkname === 'string' && labels.get(pkname) === label;
		return isPartOfSame ? [] : [{device: path, label}];
	});
	// A device below several others is listed once for each.
	return [...new Map(volumes.map((volume) => [volume.device, volume])).values()];
}

function parse(text: string): v.InferOutput<typeof listing> {
	try {
		return v.parse(listing, JSON.parse(text));
	} catch (cause) {
		throw new DamagedInput('lsblk printed no list of volumes', {cause});
	}
}
