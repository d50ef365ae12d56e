/** The machine's own files of kernel arguments, which stand for every deployment that it makes. */
import {readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {replaceFile, syncFolder} from '../system/durable-file.ts';
import {namesIn} from '../system/read-folder.ts';
import type {KernelArgumentFile, KernelArgumentSettings} from './kargs-file.ts';

export const machineArgumentsFolder = '/etc/slipway/kargs.d';

/** What `slipway kargs` writes; the others are people's. By its name it comes late among them. */
export const ownArgumentsFile = `${machineArgumentsFolder}/99-slipway-kargs.toml`;

/** In their order; none when there is no such folder. */
export async function readMachineArgumentFiles(root = '/'): Promise<KernelArgumentFile[]> {
	const names = await namesIn(path.join(root, machineArgumentsFolder));
	const paths = names
		.filter((name) => name.endsWith('.toml'))
		.map((name) => `${machineArgumentsFolder}/${name}`);
	return Promise.all(
		paths.map(async (place) => ({
			path: place,
			text: await readFile(path.join(root, place), 'utf8'),
		})),
	);
}

/** Replaces {@link ownArgumentsFile}, durably. @param text undefined to remove it */
export async function writeOwnArgumentsFile(text: string | undefined, root = '/'): Promise<void> {
	const file = path.join(root, ownArgumentsFile);
	if (text !== undefined) return replaceFile(file, text);
	const names = await namesIn(path.dirname(file));
	if (!names.includes(path.basename(file))) return;
	await rm(file);
	await syncFolder(path.dirname(file));
}

/** Undefined for a file that would say nothing. */
export function formatOwnArgumentsFile({
	add,
	remove,
}: Pick<KernelArgumentSettings, 'add' | 'remove'>): string | undefined {
	if (add.length + remove.length === 0) return undefined;
	const head =
		'# Written by slipway kargs; arguments of your own go into another file beside it.\n';
	return head + formatList('remove', remove) + formatList('kargs', add);
}

/** Strings that are kernel arguments look the same in TOML and JSON. */
function formatList(key: string, values: readonly string[]): string {
	if (values.length === 0) return '';
	return `${key} = [\n${values.map((value) => `\t${JSON.stringify(value)},\n`).join('')}]\n`;
}
