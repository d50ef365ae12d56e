import type {ByteString} from '../../engine/tree/tree.ts';
import type {DiskManifest, MachineItem} from '../output/manifest/manifest.ts';
import type {Place} from './place.ts';
import {runningPath, textOfPath} from './place-names.ts';

/** What a manifest says of places on the physical root. */
export interface ManifestPlaces {
	/** `absent` where the image has something that the disk should not have; undefined where it says nothing. */
	at(path: ByteString): Place | 'absent' | undefined;
	/** Paths of the running system that nobody has asked for, and that should be there. */
	unasked(): readonly string[];
}

export function manifestPlaces(manifest: DiskManifest | undefined): ManifestPlaces {
	const items = new Map(manifest?.items.map((item) => [item.path, item]));
	const asked = new Set<string>();
	return {
		at(path) {
			const name = runningPath(path, manifest?.deployment.id ?? '');
			const item = items.get(name);
			if (item === undefined) return undefined;
			asked.add(name);
			return item.type === 'absent' ? 'absent' : placeOfItem(item, item.type);
		},
		unasked: () =>
			[...items.values()].flatMap(({path, type}) =>
				type === 'absent' || asked.has(path) ? [] : path,
			),
	};
}

function placeOfItem(item: MachineItem, type: Place['type']): Place {
	const {mode = '0', uid = 0, gid = 0, mtimeSec = 0, mtimeNsec = 0, xattrs} = item;
	const values = Object.entries(xattrs ?? {}).map(
		([key, value]) => [key, Buffer.from(value, 'hex')] as const,
	);
	return {
		type,
		metadata: {
			mode: Number.parseInt(mode, 8),
			uid,
			gid,
			mtimeSec,
			mtimeNsec,
			xattrs: values.length > 0 ? new Map(values) : undefined,
		},
		size: item.size ?? 0,
		content: {sha256: item.sha256},
		target: item.target ?? '',
		rdev: item.rdev ?? 0,
	};
}

/** A place that was found, with the texts that a manifest has for its bytes. */
export function asTold(place: Place): Place {
	const {metadata, target} = place;
	const xattrs =
		metadata.xattrs &&
		new Map([...metadata.xattrs].map(([key, value]) => [textOfPath(key), value]));
	return {...place, target: textOfPath(target), metadata: {...metadata, xattrs}};
}
