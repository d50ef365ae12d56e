import type {ImageTree} from '../../bootstrap/image-tree.ts';

/** Groups of an image by their names, with their numbers; what /etc has of one goes first. */
export function imageGroups(image: ImageTree): ReadonlyMap<string, number> {
	const lines = ['/usr/lib/group', '/etc/group'].flatMap((file) =>
		(image.text(file) ?? '').split('\n').map((line) => line.split(':')),
	);
	return new Map(lines.flatMap(([name, , gid]) => (name && gid ? [[name, Number(gid)]] : [])));
}
