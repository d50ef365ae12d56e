import type {ImageRoot} from '../../../engine/lint/image-root.ts';
import type {LoginAnswers} from '../../answers/answers.ts';
import {Secret} from '../../answers/secret.ts';
import {keyMistake} from '../../bootstrap/accounts/authorized-keys.ts';
import {isPasswordHash} from '../../bootstrap/accounts/password-hash.ts';
import type {CarriedState, CarrySource} from './carried.ts';
import {readOldAccounts} from './old-accounts.ts';
import {waysOfRoot} from './root-ways.ts';

/** What of a login comes along, and why something of it does not. */
export interface CarriedLogin extends LoginAnswers {
	readonly left: readonly string[];
}

/** Whether a password lets somebody in, in whatever form it is kept. */
export function isUnlocked(password: string | undefined): password is string {
	return password !== undefined && !/^[!*]/.test(password);
}

/** A locked password stays locked; one that nobody would need to know is none to bring along. */
export function carriedPassword(name: string, password: string | undefined): CarriedLogin {
	const nothing = {passwordHash: undefined, sshKeys: []};
	if (!isUnlocked(password)) return {...nothing, left: []};
	const hash = new Secret(password);
	if (password !== '' && isPasswordHash(hash)) return {...nothing, passwordHash: hash, left: []};
	const reason =
		password === ''
			? `the login of ${name} has no password: it is locked`
			: `the password of ${name} is kept in an old form: the login is locked`;
	return {...nothing, left: [reason]};
}

/** Keys that may log in, of the files that sshd reads by itself. */
export async function authorizedKeys(old: ImageRoot, home: string): Promise<string[]> {
	const keys: string[] = [];
	for (const name of ['authorized_keys', 'authorized_keys2']) {
		const text = (await old.text(`${home}/.ssh/${name}`)) ?? '';
		const lines = text.split('\n').map((line) => line.trim());
		keys.push(...lines.filter((line) => line !== '' && !line.startsWith('#')));
	}
	return keys.filter((key) => keyMistake(key) === undefined);
}

export async function carryRootLogin({old}: CarrySource): Promise<CarriedState> {
	const {users} = await readOldAccounts(old);
	const root = users.find(({name}) => name === 'root');
	const {passwordHash, left} = carriedPassword('root', root?.password);
	const sshKeys = await authorizedKeys(old, root?.home ?? '/root');
	const taken = [
		...(passwordHash === undefined ? [] : ['password']),
		...(sshKeys.length === 0 ? [] : [keyCount(sshKeys.length)]),
	];
	// A login that does not come along says nothing of how long that of the image is to hold.
	const aging = taken.length > 0 && root?.aging && {aging: root.aging};
	return {
		kind: 'root-login',
		taken,
		left,
		answers: {
			root: {passwordHash, sshKeys, ...aging},
			waysToRoot: waysOfRoot(isUnlocked(root?.password), sshKeys),
		},
	};
}

export function keyCount(count: number): string {
	return count === 1 ? '1 SSH key' : `${count} SSH keys`;
}
