import path from 'node:path';
import type {ImageRoot} from '../../../engine/lint/image-root.ts';
import {matchesGlob} from '../../disk/glob.ts';
import {joinedLines} from './interfaces-file.ts';

const folder = '/etc/network';
/** Deeper ones take in themselves. */
const mostDeep = 8;

/** Lines of /etc/network/interfaces, and in their places those of the files that it takes in. */
export interface InterfacesText {
	readonly lines: readonly string[];
	/** What it takes in and nobody could find, each with the reason. */
	readonly left: readonly string[];
}

/** @see interfaces(5), INCLUDING OTHER FILES */
export async function readInterfacesText(
	old: ImageRoot,
	file = `${folder}/interfaces`,
	depth = 0,
): Promise<InterfacesText> {
	const lines: string[] = [];
	const left: string[] = [];
	for (const line of joinedLines((await old.text(file)) ?? '')) {
		const [key = '', ...patterns] = line.split(/\s+/);
		if (key !== 'source' && key !== 'source-directory') {
			lines.push(line);
			continue;
		}
		// Ends what is above, as the line itself does.
		lines.push(key);
		const files = depth < mostDeep ? await filesOf(old, key, patterns) : undefined;
		if (files === undefined) left.push(`${line}: slipway cannot follow it`);
		for (const below of files ?? []) {
			const taken = await readInterfacesText(old, below, depth + 1);
			lines.push(...taken.lines);
			left.push(...taken.left);
		}
	}
	return {lines, left};
}

/** Undefined where only a shell would know. */
async function filesOf(
	old: ImageRoot,
	key: 'source' | 'source-directory',
	patterns: readonly string[],
): Promise<string[] | undefined> {
	const files: string[] = [];
	for (const pattern of patterns) {
		const place = path.resolve(folder, pattern);
		const isFolder = key === 'source-directory';
		const inFolder = isFolder ? place : path.dirname(place);
		if (/[*?[$~`"'\\{]/.test(inFolder) || /[$~`"'\\{]/.test(place)) return undefined;
		const isTaken = (name: string) =>
			isFolder
				? /^[\w-]+$/.test(name)
				: !name.startsWith('.') && matchesGlob(name, path.basename(place));
		const names = (await old.list(inFolder)).filter(isTaken);
		files.push(...names.map((name) => `${inFolder}/${name}`));
	}
	return files;
}
