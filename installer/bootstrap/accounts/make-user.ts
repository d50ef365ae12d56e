import type {UserAnswers} from '../../answers/answers.ts';
import {byteString} from '../byte-string.ts';
import type {FoundUser} from './account-database.ts';
import {checkAccountName} from './account-name.ts';
import {makeHome, putKeys} from './home.ts';
import {freeRun} from './id-allocation.ts';
import {isId} from './id-pool.ts';
import {makeGroup} from './make-group.ts';
import {locked} from './password-hash.ts';
import type {AccountWork} from './plan-accounts.ts';
import {lastChange, putAging, putPassword} from './put-password.ts';
import {allowSudo} from './sudo.ts';

/** Makes a user with all that belongs to one; who is in the image already gets what is given, and keeps the rest. */
export function makeUser(work: AccountWork, answers: UserAnswers): void {
	const {name} = answers;
	if (name === 'root') {
		work.problems.usage('root is given as one of the users', {
			hint: 'Say what root gets in the settings of root.',
		});
		return;
	}
	const isKnown = work.accounts.user(name) !== undefined;
	if (!isKnown && !checkAccountName(name, work.problems)) return;
	if (!areFieldsPlain(work, answers)) return;
	const user = isKnown ? changeUser(work, answers) : addUser(work, answers);
	if (user === undefined) return;
	for (const group of answers.groups) {
		if (makeGroup(work, {name: group, gid: undefined}) !== undefined)
			work.accounts.addMember(group, name);
	}
	putPassword(work, answers);
	putAging(work, answers);
	allowSudo(work, answers);
	putKeys(work, answers, user);
}

/** Each is one field of a line. */
function areFieldsPlain({problems, image}: AccountWork, answers: UserAnswers): boolean {
	const {name, gecos = '', shell, home} = answers;
	const fields = {gecos, shell: shell ?? '', home: home ?? ''};
	const wrong = Object.entries(fields).filter(([, value]) => /[:\p{Cc}]/u.test(value));
	for (const [field] of wrong)
		problems.usage(`the ${field} of ${name} has a colon, a line end or the like in it`, {
			hint: 'Leave it out of the text.',
		});
	if (wrong.length > 0) return false;
	if (shell === undefined || image.isFile(byteString(shell))) return true;
	problems.refuse('no-shell', `the image has no ${shell}, the shell of ${name}`, {
		hint: 'Install it in the image, or give another one.',
	});
	return false;
}

function changeUser(work: AccountWork, answers: UserAnswers): FoundUser | undefined {
	const {accounts, problems} = work;
	const {name, gecos, shell} = answers;
	const found = accounts.user(name);
	const different = (['uid', 'gid', 'home'] as const).filter(
		(field) => answers[field] !== undefined && answers[field] !== found?.[field],
	);
	for (const field of different)
		problems.refuse(
			'other-user',
			`the image has user ${name} with ${field} ${found?.[field]}, and not ${answers[field]}`,
			{hint: `Leave out the ${field}, or give the user another name.`},
		);
	if (different.length > 0 || !canLogIn(work, answers)) return undefined;
	const fields = {
		...(gecos !== undefined && {4: byteString(gecos)}),
		...(shell !== undefined && {6: byteString(shell)}),
	};
	if (Object.keys(fields).length > 0) accounts.change('passwd', name, fields);
	work.note(`user ${name}, whom the image has`, '/etc/passwd');
	return found;
}

/** The image's services have users whose shell lets nobody in; they are not for people to take over. */
function canLogIn({accounts, problems}: AccountWork, answers: UserAnswers): boolean {
	const {name, shell, passwordHash, sshKeys, sudo} = answers;
	const isLogin = passwordHash !== undefined || sshKeys.length > 0 || sudo !== 'none';
	const known = accounts.find('passwd', name)?.[6] ?? '';
	if (!isLogin || shell !== undefined || !/\/(nologin|false)$/.test(known)) return true;
	problems.refuse('no-login', `${name} is a user of the image who cannot log in: ${known}`, {
		hint: 'Give the user another name, or a shell if this one is meant.',
	});
	return false;
}

function addUser(work: AccountWork, answers: UserAnswers): FoundUser | undefined {
	const {accounts, defaults} = work;
	const {name, gecos = '', shell = defaults.shell} = answers;
	const uid = answers.uid ?? work.uids.take();
	if (uid === undefined || !isUidFree(work, uid, name)) return undefined;
	const gid = primaryGroup(work, answers, uid);
	if (gid === undefined) return undefined;
	const home = byteString(answers.home ?? `${defaults.homes}/${name}`);
	const user = {uid, gid, home};
	if (!makeHome(work, name, user)) return undefined;
	accounts.add('passwd', [name, 'x', uid, gid, byteString(gecos), home, byteString(shell)]);
	const rest = [lastChange(work), ...defaults.passwordAging, '', '', ''];
	accounts.add('shadow', [name, locked, ...rest]);
	addSubordinates(work, name, uid);
	work.note(`user ${name} (${uid})`, '/etc/passwd');
	return user;
}

function isUidFree({accounts, problems}: AccountWork, uid: number, name: string): boolean {
	const owner = accounts.nameOf('passwd', uid);
	if (owner === undefined && isId(uid)) return true;
	const reason = owner === undefined ? 'is no number of a user' : `is that of ${owner}`;
	problems.refuse('taken-id', `user ${name} cannot have ${uid}, which ${reason}`, {
		hint: 'Give another number, or leave it out.',
	});
	return false;
}

/** The group with the number that is given, or one of the user's own name. */
function primaryGroup(
	work: AccountWork,
	{name, gid}: UserAnswers,
	uid: number,
): number | undefined {
	if (gid !== undefined && work.accounts.nameOf('group', gid) !== undefined) return gid;
	if (gid === undefined && work.imageGroups.has(name)) {
		work.problems.refuse('taken-group', `the image has a group ${name}, which may do things`, {
			hint: `Give the user another name, or the number of a group, such as ${work.accounts.gid(name)} for that one.`,
		});
		return undefined;
	}
	return makeGroup(work, {name, gid}, uid);
}

/** Numbers for the user's own containers, where the image gives people any. */
function addSubordinates({accounts, defaults}: AccountWork, name: string, uid: number): void {
	const {uids} = defaults;
	if (uid < uids.first || uid > uids.last) return;
	for (const [file, range] of [
		['subuid', defaults.subordinate.uids],
		['subgid', defaults.subordinate.gids],
	] as const) {
		if (!accounts.isUsed(file)) continue;
		const taken = accounts
			.entries(file)
			.map(([, first, count]) => [Number(first), Number(count)] as const);
		const first = freeRun(range, taken);
		if (first !== undefined) accounts.add(file, [name, first, range.count]);
	}
}
