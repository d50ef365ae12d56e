import {DamagedInput} from '../../errors.ts';
import type {Digest} from '../digest.ts';
import type {WantedContent} from './fetch-files.ts';
import type {OutlinedFile} from './outline.ts';

/** The contents of files, each once, by their digests. @throws DamagedInput for one that has two sizes */
export function wantedContents(files: readonly OutlinedFile[]): Map<Digest, WantedContent> {
	const contents = new Map<Digest, WantedContent>();
	for (const {file, name, digest, span} of files) {
		const {size} = file;
		const known = contents.get(digest);
		if (known === undefined) contents.set(digest, {...span, name, digest, size});
		else if (known.size !== size)
			throw new DamagedInput(`content ${digest} has ${known.size} bytes, and ${size} elsewhere`);
	}
	return contents;
}
