import type {Answers, LoginAnswers, UserAnswers} from '../../answers/answers.ts';
import {parsePublicKey} from '../../answers/public-key.ts';
import type {ImageTree} from '../../bootstrap/image-tree.ts';
import {type CarriedHome, homesFolder} from './carried.ts';
import type {SudoLevel} from './sudoers.ts';

/** Groups whose members may become root, by the name that each distribution has for it. */
export const adminGroups = ['sudo', 'wheel'];

/** By which somebody can become root, for people. */
export function waysOfRoot(hasPassword: boolean, sshKeys: readonly string[]): string[] {
	// Clouds let root's key say no more than whose key to use instead.
	const isFree = (key: string) => !/(^|,)command=/.test(parsePublicKey(key)?.options ?? '');
	return [
		...(hasPassword ? ['root by a password'] : []),
		...(sshKeys.some(isFree) ? ['root by an SSH key'] : []),
	];
}

/** The same of a user who may become root; none when the user may not, or cannot log in. */
export function waysOfUser(
	{name, shell}: Pick<UserAnswers, 'name' | 'shell'>,
	login: {
		readonly hasPassword: boolean;
		readonly hasKeys: boolean;
		readonly level: SudoLevel;
		readonly groups: readonly string[];
	},
): string[] {
	if (/\/(nologin|false)$/.test(shell ?? '')) return [];
	const {hasPassword, hasKeys, level, groups} = login;
	const isAdmin = level === 'password' || groups.some((group) => adminGroups.includes(group));
	const isAble = level === 'nopasswd' ? hasPassword || hasKeys : isAdmin && hasPassword;
	return isAble ? [`${name} by sudo`] : [];
}

/** Those that the new system has. */
export function waysToRoot(
	{root, users}: Pick<Answers, 'root' | 'users'>,
	homes: readonly CarriedHome[],
	image: ImageTree,
): string[] {
	const hasPassword = ({passwordHash}: LoginAnswers) => passwordHash !== undefined;
	const keysOf = ({name, home = `${homesFolder}/${name}`, sshKeys}: UserAnswers) => [
		...sshKeys,
		...homes.filter(({path}) => path === home).flatMap((one) => one.sshKeys),
	];
	const ofUsers = users.flatMap((user) =>
		waysOfUser(user, {
			hasPassword: hasPassword(user),
			hasKeys: keysOf(user).length > 0,
			level: user.sudo,
			groups: user.groups,
		}),
	);
	return [
		...waysOfRoot(hasPassword(root), root.sshKeys),
		...(image.isFile('/usr/bin/sudo') ? ofUsers : []),
		...waysOfImage(image),
	];
}

/** Whoever can log in is for the image's makers to know. */
function waysOfImage(image: ImageTree): string[] {
	const shadow = (image.text('/etc/shadow') ?? '').split('\n').map((line) => line.split(':'));
	const names = shadow.filter(([, hash = '']) => hash.startsWith('$')).map(([name = '']) => name);
	const homes = ['/root', ...image.names(homesFolder).map((name) => `${homesFolder}/${name}`)];
	const hasKeys = homes.some((home) => image.isFile(`${home}/.ssh/authorized_keys`));
	return [...names, ...(hasKeys ? ['a key of the image'] : [])];
}
