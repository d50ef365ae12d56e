import type {ImageTree} from '../image-tree.ts';

export interface IdRange {
	readonly first: number;
	readonly last: number;
}

/** How an image makes users: what useradd(8) would read. */
export interface LoginDefaults {
	readonly uids: IdRange;
	readonly gids: IdRange;
	readonly subordinate: SubordinateRanges;
	/** Days, as the last fields of shadow(5) have them. */
	readonly passwordAging: readonly [least: string, most: string, warning: string];
	readonly homeMode: number;
	/** Folder of homes, and the shell of who names none. */
	readonly homes: string;
	readonly shell: string;
}

export interface SubordinateRanges {
	readonly uids: IdRange & {readonly count: number};
	readonly gids: IdRange & {readonly count: number};
}

/**
 * Settings of an image's login.defs and default/useradd, with shadow's own defaults.
 * @see login.defs(5)
 */
export function readLoginDefaults(image: ImageTree): LoginDefaults {
	const defs = settingsOf(image.text('/etc/login.defs') ?? image.text('/usr/etc/login.defs') ?? '');
	const useradd = settingsOf((image.text('/etc/default/useradd') ?? '').replaceAll('=', ' '));
	const number = (key: string, otherwise: number) => numberOf(defs.get(key)) ?? otherwise;
	const range = (kind: string, first: number, last: number): IdRange => ({
		first: number(`${kind}_MIN`, first),
		last: number(`${kind}_MAX`, last),
	});
	const subordinate = (kind: string) => ({
		...range(kind, 100_000, 600_100_000),
		count: number(`${kind}_COUNT`, 65_536),
	});
	return {
		uids: range('UID', 1000, 60_000),
		gids: range('GID', 1000, 60_000),
		subordinate: {uids: subordinate('SUB_UID'), gids: subordinate('SUB_GID')},
		passwordAging: [
			defs.get('PASS_MIN_DAYS') ?? '',
			defs.get('PASS_MAX_DAYS') ?? '',
			defs.get('PASS_WARN_AGE') ?? '',
		],
		homeMode: number('HOME_MODE', 0o777 & ~number('UMASK', 0o022)) & 0o7777,
		homes: useradd.get('HOME') ?? '/home',
		shell: shellOf(image, useradd.get('SHELL')),
	};
}

function settingsOf(text: string): Map<string, string> {
	const settings = new Map<string, string>();
	for (const line of text.split('\n')) {
		const [, key, value] = /^\s*([A-Z_]+)\s+(\S+)/.exec(line) ?? [];
		if (key !== undefined && value !== undefined) settings.set(key, value);
	}
	return settings;
}

/** Decimal, octal with a leading zero, or hexadecimal, as C has them. */
function numberOf(text: string | undefined): number | undefined {
	if (text === undefined || !/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
	return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
}

/** Distributions that name /bin/sh there give people bash all the same, by their own tools. */
function shellOf(image: ImageTree, named: string | undefined): string {
	if (named !== undefined && named !== '/bin/sh') return named;
	return image.isFile('/bin/bash') ? '/bin/bash' : '/bin/sh';
}
