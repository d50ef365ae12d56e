import {type Digest, digestAlgorithm, digestHex} from '../oci/digest.ts';
import type {FsVerityAlgorithm, System} from '../system/system.ts';
import {maxInlineSize} from '../tree/tree.ts';
import {ContentIndex, type IndexLine} from './content-index.ts';
import type {StoredContent} from './content-sink.ts';
import {listObjects, type StoredFile} from './contents.ts';
import {type CheckedObjects, checkObjects, indexObjects} from './index-objects.ts';
import {inlineContents} from './inline-contents.ts';
import {contentIndexPath, objectPath, type StoreLayout} from './layout.ts';
import {hasObject} from './object-intake.ts';

/** What the finder's writer does with what it comes across. */
export interface FinderListener {
	/** Objects are needed by what is being added. */
	use(verityDigests: Iterable<string>): void;
	/** An object has not the content that its name says. */
	damaged(verityDigest: string): void;
}

/**
 * Finds contents in a store by their SHA-256. The index that it needs grows when something is looked for,
 * by the objects that could be it: to hash every content as it comes in would make every import
 * slower, for images that may never be looked for in.
 */
export class ContentFinder {
	readonly #system: System;
	readonly #layout: StoreLayout;
	readonly #algorithm: FsVerityAlgorithm;
	readonly #listener: FinderListener;
	readonly #index: ContentIndex;
	readonly #noted: IndexLine[] = [];
	#inline: Map<string, Buffer> | undefined;
	/** Only one adds to the index at a time. */
	#indexing: Promise<unknown> = Promise.resolve();

	constructor(
		system: System,
		layout: StoreLayout,
		algorithm: FsVerityAlgorithm,
		listener: FinderListener,
	) {
		this.#system = system;
		this.#layout = layout;
		this.#algorithm = algorithm;
		this.#listener = listener;
		this.#index = new ContentIndex(contentIndexPath(layout, algorithm), algorithm);
	}

	/** Whether there is nothing in which anything could be found. */
	get isEmpty(): boolean {
		return listObjects(this.#layout).next().done === true;
	}

	/**
	 * Those of the contents that the store has, and where they are. Objects are hashed unless the kernel
	 * does it whenever they are read; of the others a damaged one is not found, and replaced when its
	 * content comes in.
	 * @param wanted sizes in bytes by digest
	 */
	async find(
		wanted: ReadonlyMap<Digest, number>,
		signal?: AbortSignal,
	): Promise<Map<Digest, StoredContent>> {
		const {sound} = await this.#complete(new Set(wanted.values()), signal);
		const objects = this.#lookUp(wanted);
		const unsure = [...objects.values()].filter(
			(object) => !sound.has(object.verityDigest) && !this.#isProtected(object),
		);
		const {damaged} = await this.#tell(checkObjects(unsure, this.#algorithm));
		const found = this.#findInline(wanted);
		for (const [digest, {verityDigest}] of objects)
			if (!damaged.has(verityDigest)) found.set(digest, {verityDigest});
		this.#listener.use([...found.values()].flatMap(({verityDigest}) => verityDigest ?? []));
		return found;
	}

	/** A content that came in, and whose digest was right: it need not be hashed to be found. */
	note(digest: Digest, {verityDigest}: StoredContent): void {
		if (verityDigest === undefined || digestAlgorithm(digest) !== 'sha256') return;
		this.#noted.push({sha256: digestHex(digest), verityDigest});
	}

	/** Keeps what was noted. */
	saveNoted(): void {
		const noted = this.#noted.splice(0);
		if (noted.length > 0) this.#index.append(noted);
	}

	#complete(sizes: ReadonlySet<number>, signal: AbortSignal | undefined): Promise<CheckedObjects> {
		const options = {algorithm: this.#algorithm, sizes, signal};
		const work = this.#indexing.then(() =>
			this.#tell(indexObjects(this.#index, this.#layout, options)),
		);
		this.#indexing = work.catch(() => {});
		return work;
	}

	async #tell(checking: Promise<CheckedObjects>): Promise<CheckedObjects> {
		const checked = await checking;
		for (const verityDigest of checked.damaged) this.#listener.damaged(verityDigest);
		return checked;
	}

	#lookUp(wanted: ReadonlyMap<Digest, number>): Map<Digest, StoredFile> {
		const objects = new Map<Digest, StoredFile>();
		for (const {sha256, verityDigest} of this.#index.lines()) {
			const digest: Digest = `sha256:${sha256}`;
			const size = wanted.get(digest);
			if (size === undefined || !hasObject(this.#layout, verityDigest, size)) continue;
			objects.set(digest, {verityDigest, path: objectPath(this.#layout, verityDigest), size});
		}
		return objects;
	}

	#isProtected({path, verityDigest}: StoredFile): boolean {
		return this.#system.measureVerity(path)?.digest === verityDigest;
	}

	#findInline(wanted: ReadonlyMap<Digest, number>): Map<Digest, StoredContent> {
		const found = new Map<Digest, StoredContent>();
		for (const [digest, size] of wanted) {
			if (size > maxInlineSize) continue;
			this.#inline ??= inlineContents(this.#layout);
			const inline = this.#inline.get(digestHex(digest));
			if (inline?.length === size) found.set(digest, {inline});
		}
		return found;
	}
}
