import type {LoginAnswers} from '../../answers/answers.ts';
import {isPasswordHash} from './password-hash.ts';
import type {AccountWork} from './plan-accounts.ts';

/** Limits how long the login of a user, who is there, holds; without a limit given it stays as it is. */
export function putAging(
	{accounts}: AccountWork,
	{name, aging}: Pick<LoginAnswers, 'aging'> & {readonly name: string},
): void {
	if (aging === undefined) return;
	const {changed, least, most, warning, inactive, expires} = aging;
	const limits = [least, most, warning, inactive, expires].map((days) => String(days ?? ''));
	const fields = Object.fromEntries(limits.map((days, index) => [index + 3, days]));
	accounts.change('shadow', name, {...fields, ...(changed !== undefined && {2: String(changed)})});
}

const dayMs = 86_400_000;

/** Days since 1970, as shadow(5) has the last change of a password. */
export function lastChange({now}: Pick<AccountWork, 'now'>): string {
	// 0 would mean that it has to be changed at once.
	return String(Math.max(1, Math.floor(now.getTime() / dayMs)));
}

/** Gives a user, who is there, the password; without one it stays as it is. */
export function putPassword(
	work: AccountWork,
	{name, passwordHash}: Pick<LoginAnswers, 'passwordHash'> & {readonly name: string},
): void {
	const {accounts, problems} = work;
	if (passwordHash === undefined) return;
	if (!isPasswordHash(passwordHash)) {
		problems.usage(`what is given as the password of ${name} is no hash`, {
			hint: 'Make one with openssl passwd -6, or mkpasswd.',
		});
		return;
	}
	const hash = passwordHash.reveal();
	const changed = lastChange(work);
	if (accounts.find('shadow', name) === undefined)
		accounts.add('shadow', [name, hash, changed, ...work.defaults.passwordAging, '', '', '']);
	else accounts.change('shadow', name, {1: hash, 2: changed});
	const what = hash === '' ? `NO password: anybody can log in as ${name}` : `password of ${name}`;
	work.note(what, '/etc/shadow', {secret: true});
}
