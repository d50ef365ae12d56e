import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {ImageTree} from '../../../installer/bootstrap/image-tree.ts';
import {type CarrySource, carriedKinds} from '../../../installer/takeover/carry/carried.ts';
import {debian, type MadeImage, makeTree} from '../bootstrap/planned.ts';

/** Text of files by path; a value behind `-> ` is a link's target, and a path with `/` at its end a folder. */
export type OldFiles = Readonly<Record<string, string>>;

/** A system before, in a folder. */
export class OldTree implements Disposable {
	readonly folder = mkdtempSync(path.join(tmpdir(), 'old-system-'));

	constructor(files: OldFiles) {
		for (const [place, text] of Object.entries(files)) {
			const target = path.join(this.folder, place);
			mkdirSync(place.endsWith('/') ? target : path.dirname(target), {recursive: true});
			if (text.startsWith('-> ')) symlinkSync(text.slice(3), target);
			else if (!place.endsWith('/')) writeFileSync(target, text);
		}
	}

	/** What is carried out of it into an image. */
	source(image: MadeImage = debian, changes: Partial<CarrySource> = {}): CarrySource {
		return {
			old: new ImageRoot(this.folder),
			image: new ImageTree(makeTree(image), new Map()),
			mountPoints: new Set(),
			kinds: new Set(carriedKinds),
			...changes,
		};
	}

	[Symbol.dispose](): void {
		rmSync(this.folder, {recursive: true});
	}
}
