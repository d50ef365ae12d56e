import type {LoginAnswers, UserAnswers} from '../../answers/answers.ts';
import {distinctKeys} from '../../answers/public-key.ts';

/** Whom both name stays who it was, with what is given besides or instead. */
export function mergeUsers(
	given: readonly UserAnswers[],
	carried: readonly UserAnswers[],
): UserAnswers[] {
	const before = new Map(carried.map((user) => [user.name, user]));
	const names = new Set(given.map(({name}) => name));
	return [
		...given.map((user) => mergeUser(user, before.get(user.name))),
		...carried.filter(({name}) => !names.has(name)),
	];
}

function mergeUser(given: UserAnswers, before: UserAnswers | undefined): UserAnswers {
	if (before === undefined) return given;
	return {
		...before,
		gecos: given.gecos ?? before.gecos,
		uid: given.uid ?? before.uid,
		gid: given.gid ?? before.gid,
		groups: [...new Set([...before.groups, ...given.groups])],
		shell: given.shell ?? before.shell,
		home: given.home ?? before.home,
		sudo: given.sudo === 'none' ? before.sudo : given.sudo,
		passwordHash: given.passwordHash ?? before.passwordHash,
		...mergeAging(given, before),
		sshKeys: distinctKeys([...given.sshKeys, ...before.sshKeys]),
	};
}

/** A new password was changed now; how long the login holds is what it was. */
export function mergeAging(
	given: LoginAnswers,
	before: Pick<LoginAnswers, 'aging'> | undefined,
): Pick<LoginAnswers, 'aging'> {
	const aging = given.aging ?? before?.aging;
	if (aging === undefined) return {};
	if (given.passwordHash === undefined) return {aging};
	return {aging: {...aging, changed: given.aging?.changed}};
}
