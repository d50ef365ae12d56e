import path from 'node:path';
import {isAtOrBelow} from '../../../engine/source/tree-path.ts';
import type {FolderMount} from '../../mounted/folder-mounts.ts';
import {type CarriedHome, type CarriedState, type CarrySource, homesFolder} from './carried.ts';
import {authorizedKeys} from './logins.ts';
import {selinuxMode} from './selinux-mode.ts';

/**
 * Homes stay where they are, and each is mounted where the image has it: nothing is copied, both systems
 * have the same, and they are there whatever becomes of either. The folder around them is the new system's
 * own, so that it has room for further users.
 */
export async function carryHomes({old, image, mountPoints}: CarrySource): Promise<CarriedState> {
	const none = {kind: 'homes', taken: [], left: [], answers: {}} as const;
	// A file system of its own is one of the mounts.
	if (mountPoints.has(homesFolder)) return none;
	const facts = await old.facts(homesFolder);
	if (facts?.target !== undefined)
		return {
			...none,
			left: [`${homesFolder} is a link to ${facts.target}: homes stay there`],
			answers: {keeps: [topOf(path.resolve('/', facts.target))]},
		};
	const names = (await old.list(homesFolder)).filter((name) => name !== 'lost+found');
	if (names.length === 0) return none;
	const keeps = [topOf(homesFolder)];
	const target = image.resolve(homesFolder);
	if (target === undefined || !target.startsWith('/var/'))
		return {...none, left: [`the image has no ${homesFolder} in /var`], answers: {keeps}};
	const mounts: FolderMount[] = [];
	const left: string[] = [];
	for (const name of names) {
		const place = `${homesFolder}/${name}`;
		if (mountPoints.has(place)) continue;
		const reason = whyNot(name, (await old.facts(place))?.type);
		if (reason !== undefined) left.push(`${place} stays: ${reason}`);
		else mounts.push({source: place.slice(1), target: `${target.slice(1)}/${name}`});
	}
	const covers = mounts.map(({source}) => `/${source}`);
	const homes = await readHomes(old, covers);
	const taken = mounts.length === 0 ? [] : [`${mounts.length} in ${homesFolder}, which stays`];
	return {kind: 'homes', taken, left, answers: {mounts, covers, homes, keeps}};
}

/** The list of mounts has words on lines. */
function whyNot(name: string, type: string | undefined): string | undefined {
	if (type !== 'directory') return 'it is no folder';
	return /^[!-~]+$/.test(name) ? undefined : 'its name has other characters than ASCII';
}

function topOf(place: string): string {
	return place.split('/')[1] ?? '';
}

/** What the new system will have of homes at these paths. */
export async function readHomes(
	old: CarrySource['old'],
	places: readonly string[],
): Promise<CarriedHome[]> {
	const homes: CarriedHome[] = [];
	const mode = selinuxMode((await old.text('/etc/selinux/config')) ?? '');
	const isLabelled = mode === 'enforcing' || mode === 'permissive';
	for (const place of places) {
		const facts = await old.facts(place);
		if (facts?.type !== 'directory') continue;
		const sshKeys = await authorizedKeys(old, place);
		homes.push({path: place, uid: facts.uid, sshKeys, isLabelled});
	}
	return homes;
}

/**
 * Whether a home that the system before has is the one that the new one will have.
 * @param covers what is mounted from it
 */
export async function comesAlong(
	{old, mountPoints}: Pick<CarrySource, 'old' | 'mountPoints'>,
	covers: readonly string[],
	home: string,
): Promise<boolean> {
	const cover = nearest(covers, home);
	if (cover === '' || (await old.facts(home))?.type !== 'directory') return false;
	return nearest([...mountPoints], home).length <= cover.length;
}

/** The longest that the home is at or below; empty when there is none. */
function nearest(places: readonly string[], home: string): string {
	return (
		places
			.filter((place) => isAtOrBelow(home, place))
			.sort()
			.at(-1) ?? ''
	);
}
