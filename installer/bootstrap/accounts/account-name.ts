import type {Problems} from '../problems.ts';

/**
 * What useradd of every distribution takes. It is in files whose fields end at colons, in sudoers, where
 * capitals would be an alias, and in paths.
 */
const accountName = /^[a-z_][a-z0-9_.-]{0,31}$/;

/** Tells what is wrong with the name of a new account. */
export function checkAccountName(name: string, problems: Problems): boolean {
	if (accountName.test(name)) return true;
	problems.usage(`${JSON.stringify(name)} is no name of a user or group`, {
		hint: 'Use lower-case letters, digits, ".", "_" and "-", at most 32, a letter first.',
	});
	return false;
}
