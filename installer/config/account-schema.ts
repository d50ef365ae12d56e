import type {GroupAnswers, LoginAnswers, UserAnswers} from '../answers/answers.ts';
import {parsePublicKey} from '../answers/public-key.ts';
import type {ConfigNode} from './document.ts';
import {choice, type Field, text} from './field.ts';
import {list, sameKey, wholeItem} from './list-field.ts';
import {passwordHash} from './secret-fields.ts';
import {optional, or, required, table} from './table-field.ts';
import {absolutePath, accountId, accountName, sshKey} from './value-fields.ts';

const login = {
	passwordHash: optional(passwordHash),
	sshKeys: or(list(sshKey, 'a list of public keys', {identity: keyOf}), []),
};

/** Options and comments may differ. */
function keyOf(node: ConfigNode): string | undefined {
	return node.kind === 'text' ? parsePublicKey(node.value)?.blob : undefined;
}

export const root: Field<LoginAnswers> = table(login);

const user: Field<UserAnswers> = table(
	{
		name: required(accountName),
		gecos: optional(text('a text without colons and line ends', {pattern: /^[^:\r\n]*$/})),
		uid: optional(accountId),
		gid: optional(accountId),
		groups: or(list(accountName, 'a list of groups', {identity: wholeItem}), []),
		shell: optional(absolutePath),
		home: optional(absolutePath),
		sudo: or(choice(['none', 'password', 'nopasswd']), 'none'),
		...login,
	},
	({name}, node, {mistakes}) => {
		if (name !== 'root') return;
		const entry = node.entries.get('name')?.node ?? node;
		mistakes.add(entry.at, {key: entry.name, found: '"root"', expected: 'it in the table root'});
	},
);

export const users: Field<readonly UserAnswers[]> = list(user, 'a list of users', {
	identity: sameKey('name'),
});

const group: Field<GroupAnswers> = table({name: required(accountName), gid: optional(accountId)});

export const groups: Field<readonly GroupAnswers[]> = list(group, 'a list of groups', {
	identity: sameKey('name'),
});
