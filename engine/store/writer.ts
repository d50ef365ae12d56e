import {chmodSync, existsSync, readFileSync, statfsSync, writeFileSync} from 'node:fs';
import {verityDigest} from '../erofs/fs-verity.ts';
import {OperationFailed} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import {noProgress, type ProgressReporter} from '../progress.ts';
import type {FsVerityAlgorithm, System} from '../system/system.ts';
import {ContentFinder} from './content-finder.ts';
import {contentPieceSize, contentPieces} from './content-pieces.ts';
import type {ContentSink, StoredContent} from './content-sink.ts';
import {emptyFolder} from './empty-folder.ts';
import {type FileResult, taskWorkers} from './file-task.ts';
import type {FileWorkers} from './file-workers.ts';
import {LayerIntake, type LayerRecording} from './layer-intake.ts';
import type {LayerRecordItem} from './layer-record.ts';
import {
	imagePath,
	objectPath,
	type StoreLayout,
	storeLayout,
	unfinishedImagePath,
	unfinishedPath,
} from './layout.ts';
import {ObjectIntake} from './object-intake.ts';
import {ObjectSink} from './object-sink.ts';
import {ObjectWriter} from './object-writer.ts';
import {probeVerity} from './probe-verity.ts';
import {publish, type VerityState} from './publish.ts';
import type {SourceFile} from './source-file.ts';
import {objectMode} from './unfinished-files.ts';

/**
 * Puts contents, records of layers and images into a store. `commit` makes visible all that was added before it; what was
 * never committed is removed. A writer holds the store's lock until it is disposed of.
 */
export class StoreWriter implements AsyncDisposable {
	readonly algorithm: FsVerityAlgorithm;
	readonly verity: VerityState;
	/** Contents that the store has, by the names that images have for them. */
	readonly contents: ContentFinder;
	readonly #system: System;
	readonly #layout: StoreLayout;
	readonly #unlock: () => void;
	readonly #workers: FileWorkers<SourceFile, FileResult>;
	readonly #writer: ObjectWriter;
	readonly #sink: ObjectSink;
	readonly #layers: LayerIntake;
	/** Digests that wait among the unfinished contents, and those that the store had already. */
	#newObjects = new Set<string>();
	#presentObjects = new Set<string>();
	#newImages = new Set<string>();
	#presentImages = new Set<string>();
	#isBroken = false;

	private constructor(
		system: System,
		store: string,
		{algorithm, unlock}: {algorithm: FsVerityAlgorithm; unlock: () => void},
	) {
		this.algorithm = algorithm;
		this.#system = system;
		this.#layout = storeLayout(store);
		this.#unlock = unlock;
		this.verity = probeVerity(system, this.#layout, algorithm);
		this.#workers = taskWorkers({kind: 'import', algorithm, store});
		const intake = new ObjectIntake(this.#layout, algorithm);
		this.#writer = new ObjectWriter(this.#layout);
		this.#sink = new ObjectSink(intake, this.#writer, {
			taken: ({isNew, verityDigest}) =>
				(isNew ? this.#newObjects : this.#presentObjects).add(verityDigest),
			failed: () => {
				this.#isBroken = true;
			},
		});
		const use = (digests: Iterable<string>) => {
			for (const digest of digests) this.#presentObjects.add(digest);
		};
		this.contents = new ContentFinder(system, this.#layout, algorithm, {
			use,
			damaged: (digest) => intake.replace(digest),
		});
		this.#layers = new LayerIntake(this.#layout, this.#sink, {
			algorithm,
			isNew: (digest) => this.#newObjects.has(digest),
			use,
		});
	}

	/** The store's folder. */
	get path(): string {
		return this.#layout.folder;
	}

	/** Waits for the store's lock; then clears away what a writer that was killed has left. */
	static async open(
		system: System,
		store: string,
		algorithm: FsVerityAlgorithm,
	): Promise<StoreWriter> {
		const layout = storeLayout(store);
		const unlock = await system.lock(layout.lock);
		try {
			emptyFolder(layout.unfinished);
			return new StoreWriter(system, store, {algorithm, unlock});
		} catch (error) {
			unlock();
			throw error;
		}
	}

	/**
	 * Takes in files of this host, on all cores, each read once. Results are in the order of the files.
	 * @throws OperationFailed `source-changed` when a file is not as long as it should be
	 */
	async addFiles(
		files: readonly SourceFile[],
		progress: ProgressReporter = noProgress,
	): Promise<StoredContent[]> {
		const step = 'store';
		const total = files.reduce((sum, file) => sum + file.size, 0);
		progress({
			type: 'step',
			step,
			title: 'Storing files',
			total,
			unit: 'bytes',
		});
		const results = await this.#orBreak(
			this.#workers.run(files, {
				onAdvance: (done) => progress({type: 'advance', step, done}),
			}),
		);
		progress({type: 'done', step});
		return results.map(({inline, verityDigest, isNew}) => {
			if (verityDigest === undefined) return {inline: Buffer.from(inline ?? '', 'latin1')};
			(isNew ? this.#newObjects : this.#presentObjects).add(verityDigest);
			return {verityDigest};
		});
	}

	/** Takes in contents that are streamed; large ones are written as they come. */
	sink(): ContentSink {
		return this.#sink;
	}

	/** Takes in a layer that is streamed. Several may come in at once. */
	recordLayer(diffId: Digest): LayerRecording {
		return this.#layers.record(diffId);
	}

	/**
	 * What is recorded of a layer, in the store or by this writer; undefined when nothing is, or the
	 * record is damaged, or an object of it is missing: then the layer has to be taken in again.
	 */
	knownLayer(diffId: Digest): Iterable<LayerRecordItem> | undefined {
		return this.#layers.known(diffId);
	}

	/** The content of an object, also of one that nobody else can see yet. */
	readObject(verityDigest: string): Buffer {
		return readFileSync(this.#objectPath(verityDigest));
	}

	/**
	 * Reads stored contents, each piece by piece; a piece is valid until the next is asked for, from
	 * whichever content. Objects are not hashed.
	 * @throws DamagedInput when an object is missing or has another size
	 */
	contentReader(): (size: number, stored: StoredContent) => Iterable<Buffer> {
		const buffer = Buffer.allocUnsafeSlow(contentPieceSize);
		const pathOf = (verityDigest: string) => this.#objectPath(verityDigest);
		return (size, stored) => contentPieces(pathOf, {size, stored}, buffer);
	}

	/** Bytes that the store can still take in, as its file system says. */
	freeBytes(): number {
		const {bavail, bsize} = statfsSync(this.#layout.unfinished);
		return bavail * bsize;
	}

	/** Takes in an image and gives its fs-verity digest, which is its name. */
	addImage(bytes: Uint8Array): string {
		const digest = verityDigest(bytes, this.algorithm);
		if (existsSync(imagePath(this.#layout, digest))) {
			this.#presentImages.add(digest);
		} else {
			const unfinished = unfinishedImagePath(this.#layout, digest);
			writeFileSync(unfinished, bytes);
			chmodSync(unfinished, objectMode);
			this.#newImages.add(digest);
		}
		return digest;
	}

	/**
	 * Makes all that was added durable, and then visible: objects before records and images. The writer can be used
	 * on; it keeps the lock, so nothing is collected as garbage before the caller refers to it.
	 */
	async commit(): Promise<void> {
		if (this.#isBroken) {
			throw new OperationFailed('writer-broken', 'an import into the store failed before', {
				hint: 'Begin again with a new writer.',
			});
		}
		const publication = {
			objects: this.#newObjects,
			images: this.#newImages,
			layers: this.#layers.recorded,
			presentFiles: [
				...this.#presentObjects.values().map((digest) => objectPath(this.#layout, digest)),
				...this.#presentImages.values().map((digest) => imagePath(this.#layout, digest)),
			],
		};
		const verity = {state: this.verity, algorithm: this.algorithm};
		await this.#orBreak(publish(this.#system, this.#layout, publication, verity));
		this.contents.saveNoted();
		this.#layers.recorded.clear();
		for (const added of [this.#newObjects, this.#newImages]) added.clear();
		for (const present of [this.#presentObjects, this.#presentImages]) present.clear();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#workers[Symbol.asyncDispose]();
		await this.#writer[Symbol.asyncDispose]();
		this.#sink.giveUp();
		emptyFolder(this.#layout.unfinished);
		this.#unlock();
	}

	#objectPath(verityDigest: string): string {
		const place = this.#newObjects.has(verityDigest) ? unfinishedPath : objectPath;
		return place(this.#layout, verityDigest);
	}

	/** After a failure contents may be unfinished under their final names, and must not be committed. */
	async #orBreak<T>(work: Promise<T>): Promise<T> {
		try {
			return await work;
		} catch (error) {
			this.#isBroken = true;
			throw error;
		}
	}
}
