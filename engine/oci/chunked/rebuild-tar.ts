import {DamagedInput} from '../../errors.ts';
import type {StoredContent} from '../../store/content-sink.ts';
import type {LayerRecording} from '../../store/layer-intake.ts';
import type {TarSplitSegment} from './tar-split.ts';

export interface RebuildTarget {
	/** Where the content of each file is, in the order of the tar. */
	readonly contents: Iterable<StoredContent>;
	readonly read: (size: number, stored: StoredContent) => Iterable<Buffer>;
	readonly recording: Pick<LayerRecording, 'raw' | 'content'>;
}

/**
 * The tar of a layer, byte for byte, of its tar-split and contents that are stored; on the way it is
 * recorded. Whoever reads it compares it with the diff ID: nothing else says that it is the layer.
 * @throws DamagedInput when a content cannot be read
 */
export async function* rebuildTar(
	segments: AsyncIterable<TarSplitSegment>,
	{contents, read, recording}: RebuildTarget,
): AsyncGenerator<Buffer, void> {
	const next = contents[Symbol.iterator]();
	for await (const segment of segments) {
		if (segment.kind === 'raw') {
			recording.raw(segment.bytes);
			yield segment.bytes;
			continue;
		}
		const {value: stored} = next.next();
		if (stored === undefined) throw new DamagedInput('the tar-split has more contents than before');
		yield* read(segment.size, stored);
		recording.content(segment.size, stored);
	}
}
