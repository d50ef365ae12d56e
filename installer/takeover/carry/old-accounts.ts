import type {ImageRoot} from '../../../engine/lint/image-root.ts';
import type {PasswordAging} from '../../answers/answers.ts';

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
	/** The same. */
	readonly aging: PasswordAging | undefined;
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
	const shadow = new Map((await read('shadow')).map((fields) => [fields[0], fields] as const));
	const users = (await read('passwd')).map(
		([name = '', , uid, gid, gecos = '', home = '', shell = '']): OldUser => {
			const [, password, ...aging] = shadow.get(name) ?? [];
			return {
				name,
				uid: Number(uid),
				gid: Number(gid),
				gecos,
				home,
				shell,
				password,
				aging: shadow.has(name) ? agingOf(aging) : undefined,
			};
		},
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

function agingOf(fields: readonly string[]): PasswordAging {
	const days = fields.map((field) => (/^\d+$/.test(field) ? Number(field) : undefined));
	const [changed, least, most, warning, inactive, expires] = days;
	return {changed, least, most, warning, inactive, expires};
}

function parseLines(text: string): string[][] {
	return text
		.split('\n')
		.filter((line) => /^[^#:+-][^:]*:/.test(line))
		.map((line) => line.split(':'));
}
