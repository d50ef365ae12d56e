import {DamagedInput} from '../errors.ts';
import type {LayerRecordItem} from '../store/layer-record.ts';
import {TarReader, type TarReaderOptions} from '../tar/reader.ts';
import type {RegularFile} from '../tree/tree.ts';
import {CollectedChanges, type LayerChanges, setContent} from './layer-changes.ts';

/** A file whose content has to be the next item, and where in the tar that begins. */
interface Awaited {
	readonly file: RegularFile;
	readonly at: number;
}

/**
 * What a recorded layer does, as {@link readLayerChanges} gave it when it was recorded: the same reader
 * reads the same tar, but steps over the contents.
 * @throws DamagedInput as that, and for contents that are not where the tar has them
 */
export async function readRecordedChanges(
	items: Iterable<LayerRecordItem>,
	options: TarReaderOptions = {},
): Promise<LayerChanges> {
	const changes = new CollectedChanges();
	let awaited: Awaited | undefined;
	const reader = new TarReader(
		(entry) => {
			if (awaited !== undefined) throw misplaced(awaited.at);
			const file = changes.add(entry);
			awaited = file && {file, at: reader.position};
			return undefined;
		},
		{trailer: 'optional', ...options},
	);
	for (const item of items) {
		const wanted = awaited;
		if (item.kind === 'raw') await reader.write(item.bytes);
		else {
			if (wanted?.file.size !== item.size) throw misplaced(reader.position);
			setContent(wanted.file, item.stored);
			awaited = undefined;
			reader.skip(item.size);
		}
		checkPlace(awaited, reader);
	}
	reader.end();
	return changes;
}

/** Bytes of the tar must not run on into a content. */
function checkPlace(awaited: Awaited | undefined, {position}: TarReader): void {
	if (awaited !== undefined && awaited.at !== position) throw misplaced(position);
}

function misplaced(offset: number): DamagedInput {
	return new DamagedInput('a content is not where the tar of the layer has it', {offset});
}
