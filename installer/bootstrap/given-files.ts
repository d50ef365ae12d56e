import type {FileAnswer} from '../answers/answers.ts';
import type {AccountDatabase} from './accounts/account-database.ts';
import {isId} from './accounts/id-pool.ts';
import {readLoginDefaults} from './accounts/login-defs.ts';
import {byteString} from './byte-string.ts';
import type {BootstrapWork} from './work.ts';

/** Files as they were given, with owners from the machine's accounts. */
export function planFiles(
	given: readonly FileAnswer[],
	accounts: AccountDatabase,
	work: BootstrapWork,
): void {
	if (given.length > 0) nameHomes(accounts, work);
	for (const {path, content, mode, user, group} of given) {
		const uid = idOf(user, accounts.user(user)?.uid);
		const gid = idOf(group, accounts.gid(group));
		const missing = [
			...(uid === undefined ? [`user ${user}`] : []),
			...(gid === undefined ? [`group ${group}`] : []),
		];
		for (const name of missing)
			work.problems.refuse(
				'no-owner',
				`${path} is to belong to ${name}, whom the machine does not have`,
				{
					hint: 'Make the account too, or give another one.',
				},
			);
		if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777)
			work.problems.usage(`${path} cannot have the mode ${mode}`, {
				hint: 'Give one such as 0644, in octal.',
			});
		if (uid === undefined || gid === undefined) continue;
		const isSecret =
			content.kind === 'inline' || content.kind === 'credential' || (mode & 0o077) === 0;
		work.files.file(byteString(path), work.contentOf(content).revealBytes(), {mode, uid, gid});
		work.note('file', path, {secret: isSecret});
	}
}

/** Those of people: a service may well have none of the folders above its files. */
function nameHomes(accounts: AccountDatabase, {image, files}: BootstrapWork): void {
	const {uids} = readLoginDefaults(image);
	for (const [, , uid, gid, , home] of accounts.entries('passwd')) {
		const isPerson = Number(uid) >= uids.first && Number(uid) <= uids.last;
		if (isPerson && home?.startsWith('/'))
			files.ownFoldersBelow(home, {uid: Number(uid), gid: Number(gid)});
	}
}

function idOf(name: string, known: number | undefined): number | undefined {
	if (known !== undefined) return known;
	return /^\d{1,10}$/.test(name) && isId(Number(name)) ? Number(name) : undefined;
}
