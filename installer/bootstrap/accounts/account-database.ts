import type {ByteString} from '../../../engine/tree/tree.ts';
import type {ImageTree} from '../image-tree.ts';
import {type Access, type MachineFiles, publicFile} from '../machine-files.ts';

/** Files of accounts: one entry a line, its fields between colons, the first one the name. */
const fileNames = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'] as const;
export type AccountFileName = (typeof fileNames)[number];

type Entry = ByteString[];

export interface FoundUser {
	readonly uid: number;
	readonly gid: number;
	readonly home: ByteString;
}

/**
 * Users and groups of an image with those that are added. Some images have entries in /usr/lib too
 * (nss-altfiles): they count as known, and one that is changed gets an entry in /etc, which goes first.
 */
export class AccountDatabase {
	readonly #entries = new Map<AccountFileName, Entry[]>();
	readonly #underneath = new Map<AccountFileName, Entry[]>();
	readonly #changed = new Set<AccountFileName>();
	readonly #image: ImageTree;

	constructor(image: ImageTree) {
		this.#image = image;
		for (const name of fileNames) {
			this.#entries.set(name, entriesOf(image.text(`/etc/${name}`, 'latin1')));
			this.#underneath.set(name, entriesOf(image.text(`/usr/lib/${name}`, 'latin1')));
		}
	}

	/** Whether the image has the file. */
	isUsed(file: AccountFileName): boolean {
		return this.#image.isFile(`/etc/${file}`);
	}

	/** All entries that count. */
	entries(file: AccountFileName): readonly (readonly ByteString[])[] {
		const own = this.#entries.get(file) ?? [];
		const names = new Set(own.map(([name]) => name));
		const underneath = this.#underneath.get(file) ?? [];
		return [...own, ...underneath.filter(([name]) => name !== undefined && !names.has(name))];
	}

	find(file: AccountFileName, name: ByteString): readonly ByteString[] | undefined {
		return this.entries(file).find(([own]) => own === name);
	}

	user(name: ByteString): FoundUser | undefined {
		const [, , uid, gid, , home] = this.find('passwd', name) ?? [];
		if (uid === undefined) return undefined;
		return {uid: Number(uid), gid: Number(gid), home: home ?? ''};
	}

	gid(group: ByteString): number | undefined {
		const gid = this.find('group', group)?.[2];
		return gid === undefined ? undefined : Number(gid);
	}

	/** Whose number it is in passwd or group. */
	nameOf(file: 'passwd' | 'group', id: number): ByteString | undefined {
		return this.entries(file).find(([, , number]) => Number(number) === id)?.[0];
	}

	add(file: AccountFileName, entry: readonly (ByteString | number)[]): void {
		this.#own(file).push(entry.map(String));
	}

	/** Changes fields of an entry, which is there, by their place. */
	change(file: AccountFileName, name: ByteString, fields: Readonly<Record<number, string>>): void {
		const entry = this.#ownEntry(file, name);
		if (entry === undefined) return;
		for (const [at, value] of Object.entries(fields)) entry[Number(at)] = value;
	}

	addMember(group: ByteString, user: ByteString): void {
		for (const file of ['group', 'gshadow'] as const) {
			const members = this.find(file, group)?.[3];
			const known = (members ?? '').split(',').filter((name) => name !== '');
			if (members === undefined || known.includes(user)) continue;
			this.change(file, group, {3: [...known, user].join(',')});
		}
	}

	/** Writes the files that were changed, with the owners and modes that the image has. */
	write(files: MachineFiles): void {
		for (const file of this.#changed) {
			const lines = this.#entries.get(file) ?? [];
			const text = lines.map((entry) => `${entry.join(':')}\n`).join('');
			files.file(`/etc/${file}`, Buffer.from(text, 'latin1'), this.#access(file));
		}
	}

	/** Hashes are for root and those whom the image lets read them, whatever mode it has. */
	#access(file: AccountFileName): Access {
		const found = this.#image.inode(`/etc/${file}`);
		if (file !== 'shadow' && file !== 'gshadow') return found ?? publicFile;
		if (found !== undefined) return {mode: found.mode & 0o640, uid: 0, gid: found.gid};
		const gid = this.gid('shadow');
		return gid === undefined ? {mode: 0o600, uid: 0, gid: 0} : {mode: 0o640, uid: 0, gid};
	}

	#own(file: AccountFileName): Entry[] {
		this.#changed.add(file);
		return this.#entries.get(file) ?? [];
	}

	#ownEntry(file: AccountFileName, name: ByteString): Entry | undefined {
		const own = this.#own(file);
		const entry = own.find(([first]) => first === name);
		const below = this.#underneath.get(file)?.find(([first]) => first === name);
		if (entry !== undefined || below === undefined) return entry;
		own.push([...below]);
		return own.at(-1);
	}
}

function entriesOf(text = ''): Entry[] {
	return text.split('\n').flatMap((line) => (line === '' ? [] : [line.split(':')]));
}
