import type {CarriedState, CarrySource} from './carried.ts';

export const homesFolder = '/home';

/**
 * Homes stay where they are, and are mounted where the image has them: nothing is copied, both systems
 * have the same, and they are there whatever becomes of either.
 */
export async function carryHomes({old, image, mountPoints}: CarrySource): Promise<CarriedState> {
	const none = {kind: 'homes', taken: [], left: [], answers: {}} as const;
	// A file system of its own is one of the mounts.
	if (mountPoints.has(homesFolder)) return none;
	const facts = await old.facts(homesFolder);
	if (facts?.type === 'symlink')
		return {...none, left: [`${homesFolder} is a link to ${facts.target}: homes stay there`]};
	const names = await old.list(homesFolder);
	if (names.length === 0) return none;
	const target = image.resolve(homesFolder);
	if (target === undefined || !target.startsWith('/var/'))
		return {...none, left: [`the image has no ${homesFolder} in /var`]};
	const mount = {source: homesFolder.slice(1), target: target.slice(1)};
	return {
		...none,
		taken: [`${names.length} in ${homesFolder}, which stays`],
		answers: {mounts: [mount]},
	};
}
