import type {ContentSink, StoredContent} from '../store/content-sink.ts';
import {type EntryTarget, TarReader, type TarReaderOptions} from '../tar/reader.ts';
import type {RegularFile} from '../tree/tree.ts';
import {CollectedChanges, type LayerChanges, setContent} from './layer-changes.ts';

/**
 * Reads a layer's tar to its end and hands every content to the sink.
 * @throws DamagedInput for entries that no layer may have
 */
export async function readLayerChanges(
	tar: AsyncIterable<Buffer>,
	sink: ContentSink,
	options: TarReaderOptions = {},
): Promise<LayerChanges> {
	const changes = new CollectedChanges();
	const pending = new PendingContents();
	const reader = new TarReader(
		(entry) => {
			const file = changes.add(entry);
			return file && pending.target(file, sink);
		},
		{trailer: 'optional', ...options},
	);
	try {
		for await (const chunk of tar) {
			await reader.write(chunk);
			pending.throwIfFailed();
		}
		reader.end();
	} finally {
		await pending.settled();
	}
	pending.throwIfFailed();
	return changes;
}

/** Contents that the sink has taken whole and not yet said where they are. */
class PendingContents {
	readonly #open = new Set<Promise<void>>();
	#failure: {readonly error: unknown} | undefined;

	target(file: RegularFile, sink: ContentSink): EntryTarget {
		const writer = sink.begin(file.size);
		return {
			write: (chunk) => writer.write(chunk),
			end: () => {
				const stored = writer.end();
				if (stored instanceof Promise) this.#follow(stored, file);
				else setContent(file, stored);
			},
		};
	}

	#follow(stored: Promise<StoredContent>, file: RegularFile): void {
		const settled = stored
			.then((content) => setContent(file, content))
			.catch((error: unknown) => {
				this.#failure ??= {error};
			})
			.finally(() => this.#open.delete(settled));
		this.#open.add(settled);
	}

	async settled(): Promise<void> {
		await Promise.all(this.#open);
	}

	throwIfFailed(): void {
		if (this.#failure !== undefined) throw this.#failure.error;
	}
}
