import type {Answers, LoginAnswers} from '../../answers/answers.ts';
import type {BootstrapWork} from '../work.ts';
import {AccountDatabase} from './account-database.ts';
import {putKeys} from './home.ts';
import {IdPool} from './id-pool.ts';
import {readLoginDefaults} from './login-defs.ts';
import {makeGroup} from './make-group.ts';
import {makeUser} from './make-user.ts';
import {putAging, putPassword} from './put-password.ts';

/** What users and groups are made with. */
export interface AccountWork extends BootstrapWork {
	readonly accounts: AccountDatabase;
	readonly defaults: ReturnType<typeof readLoginDefaults>;
	readonly uids: IdPool;
	readonly gids: IdPool;
	/** Names of the groups that the image has. */
	readonly imageGroups: ReadonlySet<string>;
}

/**
 * Users, groups, and the ways to log in. With nothing to do no file of accounts is touched.
 * @returns all accounts that the machine will have
 */
export function planAccounts(
	{root, users, groups}: Pick<Answers, 'root' | 'users' | 'groups'>,
	work: BootstrapWork,
): AccountDatabase {
	const accounts = new AccountDatabase(work.image);
	const defaults = readLoginDefaults(work.image);
	const numbers = (file: 'passwd' | 'group') =>
		accounts.entries(file).map(([, , number]) => Number(number));
	// What somebody asks for by number is nobody else's, in whatever order it is said.
	const uids = new IdPool(defaults.uids, [...numbers('passwd'), ...users.map(({uid}) => uid)]);
	const asked = [...groups, ...users].map(({gid}) => gid);
	const gids = new IdPool(defaults.gids, [...numbers('group'), ...asked]);
	const imageGroups = new Set(accounts.entries('group').flatMap(([name]) => name ?? []));
	const own: AccountWork = {...work, accounts, defaults, uids, gids, imageGroups};
	for (const kind of [users, groups])
		for (const name of namedTwice(kind))
			work.problems.refuse('several-accounts', `${name} is there twice`, {
				hint: 'Say all of an account in one place.',
			});
	for (const group of groups) makeGroup(own, group);
	for (const user of users) makeUser(own, user);
	changeRoot(own, root);
	accounts.write(work.files);
	return accounts;
}

function namedTwice(accounts: readonly {readonly name: string}[]): Set<string> {
	const names = accounts.map(({name}) => name);
	return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

function changeRoot(work: AccountWork, answers: LoginAnswers): void {
	const {passwordHash, sshKeys} = answers;
	const login = {...answers, name: 'root'};
	putPassword(work, login);
	putAging(work, login);
	const user = work.accounts.user('root');
	if (user !== undefined) putKeys(work, login, user);
	else if (passwordHash !== undefined || sshKeys.length > 0)
		work.problems.refuse('no-root', 'the image has no user root', {
			hint: 'Give a user of your own, or put root into /etc/passwd of the image.',
		});
}
