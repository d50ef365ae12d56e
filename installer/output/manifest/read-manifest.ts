import {readFileSync} from 'node:fs';
import {DamagedInput, UsageError} from '../../../engine/errors.ts';
import {type DiskManifest, parseManifest} from './manifest.ts';

const suffix = '.manifest.json';
/** Some hundred bytes for each file that a machine gets besides its image. */
const maxLength = 64 << 20;

/** The name of the manifest beside an output. */
export function manifestName(output: string): string {
	return `${output}${suffix}`;
}

/**
 * The manifest of a disk: that of a name, or the one beside it, also under the name without its extension;
 * undefined when there is none.
 * @throws UsageError when the named one cannot be read, DamagedInput
 */
export function readManifestOf(disk: string, named: string | undefined): DiskManifest | undefined {
	const places =
		named === undefined ? [disk, disk.replace(/\.[^./]+$/, '')].map(manifestName) : [named];
	for (const place of places) {
		const text = readText(place, named !== undefined);
		if (text !== undefined) return parseManifest(text, place);
	}
	return undefined;
}

function readText(file: string, isNamed: boolean): string | undefined {
	try {
		const text = readFileSync(file, 'utf8');
		if (text.length > maxLength) throw new DamagedInput(`${file} is too long for a manifest`);
		return text;
	} catch (cause) {
		const {code} = cause as NodeJS.ErrnoException;
		if (cause instanceof DamagedInput || (!isNamed && code !== 'ENOENT')) throw cause;
		if (!isNamed) return undefined;
		throw new UsageError(`${file} cannot be read: ${code}`, {
			hint: 'Name the manifest that was written beside the disk image.',
			cause,
		});
	}
}
