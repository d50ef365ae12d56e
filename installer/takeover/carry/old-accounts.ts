import type {ImageRoot} from '../../../engine/lint/image-root.ts';

/** A line of passwd(5), with the password of shadow(5). */
export interface OldUser {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
	readonly gecos: string;
	readonly home: string;
	readonly shell: string;
	/** As in shadow; undefined when there is none. */
	readonly password: string | undefined;
}

export interface OldGroup {
	readonly name: string;
	readonly gid: number;
	readonly members: readonly string[];
}

export interface OldAccounts {
	readonly users: readonly OldUser[];
	readonly groups: readonly OldGroup[];
}

const firstOwnId = 1000;
/** `nobody`, and what container tools and systemd give out by themselves, lie above. */
const lastOwnId = 60_000;

/** Whether a number is that of somebody whom people made, and no package. */
export function isOwnId(id: number): boolean {
	return id >= firstOwnId && id <= lastOwnId;
}

/** Larger than any that people keep by hand. */
const largestFile = 16 << 20;

export async function readOldAccounts(old: ImageRoot): Promise<OldAccounts> {
	const read = async (name: string) =>
		parseLines((await old.text(`/etc/${name}`, largestFile)) ?? '');
	const passwords = new Map(
		(await read('shadow')).map(([name = '', password]) => [name, password] as const),
	);
	const users = (await read('passwd')).map(
		([name = '', , uid, gid, gecos = '', home = '', shell = '']): OldUser => ({
			name,
			uid: Number(uid),
			gid: Number(gid),
			gecos,
			home,
			shell,
			password: passwords.get(name),
		}),
	);
	const groups = (await read('group')).map(
		([name = '', , gid, members = '']): OldGroup => ({
			name,
			gid: Number(gid),
			members: members.split(',').filter((member) => member !== ''),
		}),
	);
	return {users, groups};
}

function parseLines(text: string): string[][] {
	return text
		.split('\n')
		.filter((line) => /^[^#:+-][^:]*:/.test(line))
		.map((line) => line.split(':'));
}
