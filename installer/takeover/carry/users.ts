import type {GroupAnswers, UserAnswers} from '../../answers/answers.ts';
import type {ImageTree} from '../../bootstrap/image-tree.ts';
import {type CarriedState, type CarrySource, homesFolder} from './carried.ts';
import {comesAlong} from './homes.ts';
import {imageGroups} from './image-groups.ts';
import {authorizedKeys, carriedPassword, isUnlocked, keyCount} from './logins.ts';
import {isOwnId, type OldAccounts, type OldUser, readOldAccounts} from './old-accounts.ts';
import {adminGroups, waysOfUser} from './root-ways.ts';
import {readSudoers, type SudoRule, sudoLevel} from './sudoers.ts';
import {carriedShell, parseShells} from './user-shell.ts';

/**
 * Users and groups that people made, with their numbers: files in homes and elsewhere have those.
 * @param source with the paths of homes that come along
 */
export async function carryUsers(source: UsersSource): Promise<CarriedState> {
	const {old} = source;
	const accounts = await readOldAccounts(old);
	const hasSudo = (await old.followed('/usr/bin/sudo')) !== undefined;
	const rules = hasSudo ? await readSudoers(old) : undefined;
	const shells = parseShells((await old.text('/etc/shells')) ?? '');
	const groups = ownGroups(accounts);
	const carried: CarriedUser[] = [];
	for (const user of accounts.users.filter(({uid}) => isOwnId(uid)))
		carried.push(await carryUser(source, user, {accounts, groups, rules, shells}));
	return {
		kind: 'users',
		taken: carried.map(({taken}) => taken),
		left: carried.flatMap(({left}) => left),
		answers: {
			users: carried.map(({answers}) => answers),
			groups,
			waysToRoot: carried.flatMap(({waysToRoot}) => waysToRoot),
		},
	};
}

type UsersSource = CarrySource & {readonly covers: readonly string[]};

interface UserRights {
	readonly accounts: OldAccounts;
	/** Groups that come along. */
	readonly groups: readonly GroupAnswers[];
	/** Undefined where the system before has no sudo. */
	readonly rules: readonly SudoRule[] | undefined;
	/** Of /etc/shells. */
	readonly shells: ReadonlySet<string>;
}

interface CarriedUser {
	readonly answers: UserAnswers;
	readonly taken: string;
	readonly left: readonly string[];
	readonly waysToRoot: readonly string[];
}

async function carryUser(
	source: UsersSource,
	user: OldUser,
	{accounts, groups, rules, shells}: UserRights,
): Promise<CarriedUser> {
	const {old, image, covers} = source;
	const {name, uid, gecos} = user;
	const shell = carriedShell(user, shells, image);
	const login = carriedPassword(name, user.password);
	const home = homeOf(user);
	const oldKeys = await authorizedKeys(old, user.home);
	const sshKeys = (await comesAlong(source, covers, user.home)) ? [] : oldKeys;
	const oldGroups = groupsOf(accounts, user);
	const membership = groupsIn(name, oldGroups, image, groups);
	const primary = primaryGroup(accounts, user, image);
	const level = sudoLevel(rules ?? [], name, [...oldGroups, primary.name]);
	const canSudo = level === 'none' || image.isFile('/usr/bin/sudo');
	const hasPassword = isUnlocked(user.password);
	const ways = {hasPassword, hasKeys: oldKeys.length > 0, level, groups: oldGroups};
	return {
		answers: {
			name,
			gecos: gecos === '' ? undefined : gecos,
			uid,
			gid: primary.gid,
			groups: membership.groups,
			shell: shell.shell,
			home,
			sudo: canSudo ? level : 'none',
			passwordHash: login.passwordHash,
			...(user.aging && {aging: user.aging}),
			sshKeys,
		},
		taken: `${name} (${uid})${sshKeys.length === 0 ? '' : `, ${keyCount(sshKeys.length)}`}`,
		left: [
			...login.left,
			...primary.left,
			...membership.left,
			...(canSudo ? [] : [`${name} may no longer use sudo: the image has none`]),
			...leftOfHome(user, home),
			...shell.left,
		],
		waysToRoot: rules === undefined ? [] : waysOfUser(user, ways),
	};
}

function ownGroups({groups}: OldAccounts): GroupAnswers[] {
	return groups.filter(({gid}) => isOwnId(gid)).map(({name, gid}) => ({name, gid}));
}

/**
 * Numbers of people's groups are those that files have. Those of a system's are its own affair: what it calls
 * adm another may call wheel, so that the name counts, and a user without one has a group of the user's own.
 */
function primaryGroup(
	{groups}: OldAccounts,
	{name: user, gid}: OldUser,
	image: ImageTree,
): {readonly name: string; readonly gid: number | undefined; readonly left: readonly string[]} {
	const name = groups.find((group) => group.gid === gid)?.name ?? '';
	if (isOwnId(gid)) return {name, gid, left: []};
	const here = imageGroups(image).get(name);
	const lost = `${user} has a group of the same name, and no longer ${name || gid}: the image has no such group`;
	return {name, gid: here, left: here === undefined ? [lost] : []};
}

/** Names of groups that a user is in besides the primary one. */
function groupsOf({groups}: OldAccounts, {name}: OldUser): string[] {
	return groups.filter(({members}) => members.includes(name)).map((group) => group.name);
}

/** Those that the image has, or that come along. */
function groupsIn(
	user: string,
	names: readonly string[],
	image: ImageTree,
	own: readonly GroupAnswers[],
): {readonly groups: readonly string[]; readonly left: readonly string[]} {
	const known = new Set([...own.map(({name}) => name), ...imageGroups(image).keys()]);
	const groups: string[] = [];
	const left: string[] = [];
	for (const name of names) {
		const isAdmin = adminGroups.includes(name);
		const here = isAdmin ? adminGroups.find((admins) => known.has(admins)) : name;
		if (here !== undefined && known.has(here)) groups.push(here);
		else left.push(`${user} is no longer in ${name}: the image has no such group`);
	}
	return {groups, left};
}

/** Undefined for a home elsewhere, which the new system has not: the user gets one where all are. */
function homeOf({home}: OldUser): string | undefined {
	return home.startsWith(`${homesFolder}/`) ? home : undefined;
}

function leftOfHome(user: OldUser, home: string | undefined): string[] {
	const hasNone = home !== undefined || user.home === '/' || user.home.startsWith('/nonexistent');
	return hasNone ? [] : [`the home of ${user.name} stays in ${user.home} of the system before`];
}
