import type {GroupAnswers, UserAnswers} from '../../answers/answers.ts';
import {byteString} from '../../bootstrap/byte-string.ts';
import type {ImageTree} from '../../bootstrap/image-tree.ts';
import type {CarriedState, CarrySource} from './carried.ts';
import {comesAlong, homesFolder} from './homes.ts';
import {authorizedKeys, carriedPassword, keyCount} from './logins.ts';
import {isOwnId, type OldAccounts, type OldUser, readOldAccounts} from './old-accounts.ts';

/** Groups whose members may become root, by the name that each distribution has for it. */
const adminGroups = ['sudo', 'wheel'];

/**
 * Users and groups that people made, with their numbers: files in homes and elsewhere have those.
 * @param source with the paths of homes that come along
 */
export async function carryUsers(
	source: CarrySource & {readonly covers: readonly string[]},
): Promise<CarriedState> {
	const {old, image, covers} = source;
	const accounts = await readOldAccounts(old);
	const groups = ownGroups(accounts);
	const taken: string[] = [];
	const left: string[] = [];
	const users: UserAnswers[] = [];
	for (const user of accounts.users.filter(({uid}) => isOwnId(uid))) {
		const login = carriedPassword(user.name, user.password);
		const home = homeOf(user);
		const hasHome = await comesAlong(source, covers, user.home);
		const sshKeys = hasHome ? [] : await authorizedKeys(old, user.home);
		const membership = groupsIn(accounts, user, image, groups);
		left.push(
			...login.left,
			...membership.left,
			...leftOfHome(user, home),
			...leftOfShell(user, image),
		);
		users.push({
			name: user.name,
			gecos: user.gecos === '' ? undefined : user.gecos,
			uid: user.uid,
			gid: user.gid,
			groups: membership.groups,
			shell: hasShell(image, user.shell) ? user.shell : undefined,
			home,
			sudo: 'none',
			passwordHash: login.passwordHash,
			sshKeys,
		});
		taken.push(
			`${user.name} (${user.uid})${sshKeys.length === 0 ? '' : `, ${keyCount(sshKeys.length)}`}`,
		);
	}
	return {kind: 'users', taken, left, answers: {users, groups}};
}

function ownGroups({groups}: OldAccounts): GroupAnswers[] {
	return groups.filter(({gid}) => isOwnId(gid)).map(({name, gid}) => ({name, gid}));
}

/** Those that the image has, or that come along. */
function groupsIn(
	{groups: all}: OldAccounts,
	user: OldUser,
	image: ImageTree,
	own: readonly GroupAnswers[],
): {readonly groups: readonly string[]; readonly left: readonly string[]} {
	const known = new Set([...own.map(({name}) => name), ...groupNames(image)]);
	const groups: string[] = [];
	const left: string[] = [];
	for (const {name} of all.filter(({members}) => members.includes(user.name))) {
		const isAdmin = adminGroups.includes(name);
		const here = isAdmin ? adminGroups.find((admins) => known.has(admins)) : name;
		if (here !== undefined && known.has(here)) groups.push(here);
		else left.push(`${user.name} is no longer in ${name}: the image has no such group`);
	}
	return {groups, left};
}

function groupNames(image: ImageTree): string[] {
	const texts = ['/etc/group', '/usr/lib/group'].map((file) => image.text(file) ?? '');
	return texts.flatMap((text) => text.split('\n').map((line) => line.split(':')[0] ?? ''));
}

/** Undefined for a home elsewhere, which the new system has not: the user gets one where all are. */
function homeOf({home}: OldUser): string | undefined {
	return home.startsWith(`${homesFolder}/`) ? home : undefined;
}

function leftOfHome(user: OldUser, home: string | undefined): string[] {
	const hasNone = home !== undefined || user.home === '/' || user.home.startsWith('/nonexistent');
	return hasNone ? [] : [`the home of ${user.name} stays in ${user.home} of the system before`];
}

function leftOfShell({name, shell}: OldUser, image: ImageTree): string[] {
	const isKnown = shell === '' || hasShell(image, shell);
	return isKnown ? [] : [`${name} gets the usual shell: the image has no ${shell}`];
}

function hasShell(image: ImageTree, shell: string): boolean {
	return shell !== '' && image.isFile(byteString(shell));
}
