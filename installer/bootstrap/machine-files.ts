import {
	isAtOrBelow,
	joinPath,
	lastName,
	lookUp,
	parentPath,
} from '../../engine/source/tree-path.ts';
import {printable} from '../../engine/tree/printable.ts';
import type {ByteString, Directory, Inode, Metadata, RegularFile} from '../../engine/tree/tree.ts';
import type {FileSource} from '../content.ts';
import type {FileSources} from '../hashed-tree.ts';
import type {ImageTree} from './image-tree.ts';
import type {Problems} from './problems.ts';

/** Owner and permission bits of something new. */
export type Access = Pick<Metadata, 'mode' | 'uid' | 'gid'>;

export const publicFile: Access = {mode: 0o644, uid: 0, gid: 0};
export const secretFile: Access = {mode: 0o600, uid: 0, gid: 0};
type Owner = Pick<Access, 'uid' | 'gid'>;
const plainFolder: Access = {mode: 0o755, uid: 0, gid: 0};

/** What a machine has beside its image: only /etc and /var, with the folders on the way to each entry. */
export interface MachineTree {
	readonly root: Directory;
	readonly sources: FileSources;
}

/**
 * Collects what goes into a machine's /etc and /var. Paths are those of the running system; links of
 * the image are followed on the way to the last name, so `/home/x` may land in `/var/home/x`. Each
 * place is written once.
 */
export class MachineFiles implements MachineTree {
	readonly root: Directory;
	readonly sources = new Map<RegularFile, FileSource>();
	readonly #image: ImageTree;
	readonly #problems: Problems;
	readonly #mtimeSec: number;
	readonly #homes = new Map<ByteString, Owner>();

	constructor(image: ImageTree, problems: Problems, now: Date) {
		this.#image = image;
		this.#problems = problems;
		this.#mtimeSec = Math.floor(now.getTime() / 1000);
		this.root = {...this.#metadata(plainFolder), type: 'directory', children: new Map()};
	}

	file(path: ByteString, content: string | Buffer, access: Access = publicFile): void {
		const bytes = Buffer.from(content);
		const source = bytes.length === 0 ? undefined : ({kind: 'bytes', bytes} as const);
		this.fileFrom(path, source, bytes.length, access);
	}

	/** A file whose content is somewhere already. */
	fileFrom(
		path: ByteString,
		source: FileSource | undefined,
		size: number,
		access: Access = publicFile,
	): void {
		const file: RegularFile = {
			...this.#metadata(access),
			type: 'file',
			size,
			inline: undefined,
			verityDigest: undefined,
		};
		if (source !== undefined) this.sources.set(file, source);
		this.#put(path, file);
	}

	link(path: ByteString, target: ByteString, access: Access = {...plainFolder, mode: 0o777}): void {
		this.#put(path, {...this.#metadata(access), type: 'symlink', target});
	}

	/** Takes away what the image has below /etc: by overlayfs's mark for that. */
	hide(path: ByteString): void {
		this.#put(path, {...this.#metadata({mode: 0, uid: 0, gid: 0}), type: 'character', rdev: 0});
	}

	/** A folder with this access, also if the image has it with another; what is in it stays. */
	folder(path: ByteString, access: Access = plainFolder): void {
		const place = this.#placeFor(path);
		const folder = place === undefined ? undefined : this.#enter(place, path);
		if (folder !== undefined) Object.assign(folder, access);
	}

	/** Folders that have to be made on the way to something in this one are its owner's. */
	ownFoldersBelow(path: ByteString, {uid, gid}: Owner): void {
		const home = this.#image.resolve(path);
		if (home !== undefined) this.#homes.set(home, {uid, gid});
	}

	/** Where a folder is that may be a link in the image; undefined when nothing can be put there. */
	leadsTo(path: ByteString): ByteString | undefined {
		if (!this.#isPlain(path)) return undefined;
		const place = this.#image.resolve(path);
		return place !== undefined && this.#isWritable(place, path) ? place : undefined;
	}

	/** Whether something was put there. */
	has(path: ByteString): boolean {
		const place = this.#image.place(path);
		return place !== undefined && lookUp(this.root, place) !== undefined;
	}

	#put(path: ByteString, inode: Inode): void {
		const place = this.#placeFor(path);
		if (place === undefined) return;
		const folder = this.#enter(parentPath(place), path);
		if (folder === undefined) return;
		const name = lastName(place);
		if (folder.children.has(name))
			this.#problems.refuse('several-contents', `${printable(path)} would be written twice`, {
				hint: 'Leave out one of the settings that write it.',
			});
		else if (this.#image.entry(place)?.type === 'directory')
			this.#problems.refuse('is-folder', `${printable(path)} is a folder of the image`, {
				hint: 'Give the path of a file in it.',
			});
		else folder.children.set(name, inode);
	}

	/** Where a path lies on the machine, if it can be written there. */
	#placeFor(path: ByteString): ByteString | undefined {
		if (!this.#isPlain(path)) return undefined;
		const place = this.#image.place(path);
		return this.#isWritable(place ?? '', path) ? place : undefined;
	}

	#isPlain(path: ByteString): boolean {
		const [root, ...names] = path.split('/');
		const isName = (name: string) => !/^\.{0,2}$|\0/.test(name) && name.length < 256;
		if (root === '' && names.every(isName)) return true;
		this.#problems.usage(`${printable(path)} is no path of a file`, {
			hint: 'Give it from the root, without "." and ".." in it.',
		});
		return false;
	}

	#isWritable(place: ByteString, path: ByteString): boolean {
		if (/^\/(etc|var)\/./.test(place)) return true;
		this.#problems.refuse(
			'read-only-place',
			`${printable(path)} will be read-only on the machine`,
			{
				hint: 'Give a path below /etc or /var, or put the file into the image.',
			},
		);
		return false;
	}

	/** The folder at a place, made with those above it as the image has them. */
	#enter(place: ByteString, asked: ByteString): Directory | undefined {
		let folder = this.root;
		let at = '/';
		for (const name of place.split('/').filter((part) => part !== '')) {
			at = joinPath(at, name);
			const known = folder.children.get(name) ?? this.#newFolder(at);
			if (known?.type !== 'directory') {
				this.#problems.refuse(
					'no-folder',
					`${printable(asked)} cannot be made: ${printable(at)} is no folder`,
					{
						hint: 'Give another path.',
					},
				);
				return undefined;
			}
			folder.children.set(name, known);
			folder = known;
		}
		return folder;
	}

	#newFolder(place: ByteString): Directory | undefined {
		const inode = this.#image.entry(place);
		if (inode === undefined) {
			const owner = [...this.#homes].find(([home]) => isAtOrBelow(place, home))?.[1];
			const access = {...plainFolder, ...owner};
			return {...this.#metadata(access), type: 'directory', children: new Map()};
		}
		if (inode.type !== 'directory') return undefined;
		return {...inode, children: new Map()};
	}

	#metadata({mode, uid, gid}: Access): Metadata {
		return {mode, uid, gid, mtimeSec: this.#mtimeSec, mtimeNsec: 0, xattrs: undefined};
	}
}
