import type {ImageTree} from '../image-tree.ts';
import {templateOf} from './unit-name.ts';

/** Of the machine; those of the image. */
export const machineFolder = '/etc/systemd/system';
const imageFolders = ['/usr/lib/systemd/system', '/lib/systemd/system'];
const folders = [machineFolder, '/usr/local/lib/systemd/system', ...imageFolders];

/** A unit is started along with the one whose folder has a link to it. */
const startingFolder = /\.(wants|requires|upholds)$/;

export interface FoundUnit {
	/** Of the unit itself, or of its template. */
	readonly path: string;
	readonly isMasked: boolean;
}

/** Units of an image. */
export class ImageUnits {
	readonly #image: ImageTree;

	constructor(image: ImageTree) {
		this.#image = image;
	}

	find(name: string): FoundUnit | undefined {
		const template = templateOf(name);
		for (const unit of template === undefined ? [name] : [name, template])
			for (const folder of folders) {
				const path = `${folder}/${unit}`;
				const entry = this.#image.entry(path);
				if (entry?.type === 'symlink' && entry.target === '/dev/null')
					return {path, isMasked: true};
				const inode = this.#image.inode(path);
				if (inode?.type === 'file') return {path, isMasked: inode.size === 0};
			}
		return undefined;
	}

	/** All names, for suggestions. */
	names(): string[] {
		return [...new Set(folders.flatMap((folder) => this.#image.names(folder)))];
	}

	/** Links of the machine's folder by which something starts the unit, or by which it is known too. */
	linksTo(name: string): string[] {
		const here = this.#image.names(machineFolder);
		const starting = here
			.filter((folder) => startingFolder.test(folder))
			.map((folder) => `${machineFolder}/${folder}/${name}`)
			.filter((path) => this.#image.entry(path) !== undefined);
		const aliases = here
			.map((alias) => `${machineFolder}/${alias}`)
			.filter((path) => {
				const entry = this.#image.entry(path);
				return entry?.type === 'symlink' && entry.target.endsWith(`/${name}`);
			});
		return [...starting, ...aliases];
	}

	/** Whether something starts it: links of the machine's folder, or of the image's own. */
	isEnabled(name: string): boolean {
		const unit = this.find(name);
		if (unit === undefined || unit.isMasked) return false;
		return folders.some((folder) =>
			this.#image
				.names(folder)
				.some(
					(wants) =>
						startingFolder.test(wants) &&
						this.#image.entry(`${folder}/${wants}/${name}`) !== undefined,
				),
		);
	}
}
