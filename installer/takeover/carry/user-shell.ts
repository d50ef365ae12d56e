import {byteString} from '../../bootstrap/byte-string.ts';
import type {ImageTree} from '../../bootstrap/image-tree.ts';
import type {OldUser} from './old-accounts.ts';

/** Shells that let people do all; others may be there to keep them from it. */
const ordinaryShells = /^(sh|ash|bash|dash|zsh|fish|ksh(93)?|mksh|oksh|csh|tcsh|nu|elvish|xonsh)$/;
/** Shells that let nobody in. */
const closedShells = ['/usr/sbin/nologin', '/sbin/nologin', '/usr/bin/false', '/bin/false'];

export interface CarriedShell {
	/** Undefined for the image's usual one. */
	readonly shell: string | undefined;
	readonly left: readonly string[];
}

/**
 * The same shell; for one that the image lacks the usual one, or none where the user had less than that.
 * @param listed what /etc/shells of the system before has
 */
export function carriedShell(
	{name, shell}: Pick<OldUser, 'name' | 'shell'>,
	listed: ReadonlySet<string>,
	image: ImageTree,
): CarriedShell {
	const isThere = (file: string) => image.isFile(byteString(file));
	if (shell === '') return {shell: undefined, left: []};
	if (isThere(shell)) return {shell, left: []};
	const isOrdinary = listed.has(shell) && ordinaryShells.test(shell.split('/').at(-1) ?? '');
	if (isOrdinary)
		return {
			shell: undefined,
			left: [`${name} gets the usual shell: the image has no ${shell}`],
		};
	const closed = closedShells.find(isThere);
	const isClosed = /^(nologin|false)$/.test(shell.split('/').at(-1) ?? '');
	const left = isClosed ? [] : [`${name} cannot log in: the image has no ${shell}`];
	// What no image has is refused where the account is made.
	return {shell: closed ?? shell, left};
}

export function parseShells(text: string): ReadonlySet<string> {
	return new Set(text.split('\n').map((line) => line.trim()));
}
