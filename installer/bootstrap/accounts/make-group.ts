import type {GroupAnswers} from '../../answers/answers.ts';
import {checkAccountName} from './account-name.ts';
import {isId} from './id-pool.ts';
import type {AccountWork} from './plan-accounts.ts';

/** Makes a group, unless there is one of that name. @returns its number; undefined after a problem */
export function makeGroup(
	work: AccountWork,
	{name, gid}: GroupAnswers,
	preferred?: number,
): number | undefined {
	const {accounts, problems, gids} = work;
	const existing = accounts.gid(name);
	if (existing !== undefined) {
		if (gid === undefined || gid === existing) return existing;
		problems.refuse(
			'other-group',
			`the image has group ${name} as ${existing}, and not as ${gid}`,
			{
				hint: `Leave out the number, or give ${existing}.`,
			},
		);
		return undefined;
	}
	if (!checkAccountName(name, problems)) return undefined;
	const chosen = gid ?? gids.take(preferred);
	if (chosen === undefined || !isFree(work, chosen, name)) return undefined;
	accounts.add('group', [name, 'x', chosen, '']);
	if (accounts.isUsed('gshadow')) accounts.add('gshadow', [name, '!', '', '']);
	work.note(`group ${name} (${chosen})`, '/etc/group');
	return chosen;
}

function isFree({accounts, problems}: AccountWork, gid: number, name: string): boolean {
	const owner = accounts.nameOf('group', gid);
	if (owner === undefined && isId(gid)) return true;
	const reason = owner === undefined ? 'is no number of a group' : `is that of ${owner}`;
	problems.refuse('taken-id', `group ${name} cannot have ${gid}, which ${reason}`, {
		hint: 'Give another number, or leave it out.',
	});
	return false;
}
