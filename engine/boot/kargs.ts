import path from 'node:path';
import {UsageError} from '../errors.ts';
import type {ImageReader} from '../image-reader.ts';
import {type KernelArgumentFile, parseKernelArgumentFile} from './kargs-file.ts';
import {isFault, type KernelArgument, splitArguments} from './kernel-argument.ts';

/** Folders in an image, in the order in which their arguments stand on the command line. */
export const kernelArgumentFolders = [
	'/usr/lib/bootc/kargs.d',
	'/usr/lib/slipway/kargs.d',
] as const;

/**
 * The arguments that an image brings: bootc's files first, each folder by file name.
 * @param architecture as in `match-architectures`: `x86_64`, `aarch64`
 * @throws UsageError with file, line and what was expected
 */
export function imageKernelArguments(
	files: readonly KernelArgumentFile[],
	architecture: string,
): KernelArgument[] {
	const order = (file: KernelArgumentFile): number =>
		(kernelArgumentFolders as readonly string[]).indexOf(path.dirname(file.path));
	return files
		.toSorted((a, b) => order(a) - order(b) || (a.path < b.path ? -1 : 1))
		.map((file) => parseKernelArgumentFile(file, 'image', architecture))
		.flatMap(({add, source}) => add.map((argument) => ({argument, source})));
}

/**
 * Arguments that a person gives on the command line.
 * @param option as it is called there, for messages and as the source
 * @throws UsageError
 */
export function givenKernelArguments(texts: readonly string[], option: string): KernelArgument[] {
	return texts.flatMap((text) => {
		const split = splitArguments(text);
		if (isFault(split))
			throw new UsageError(`${option}: ${split.what}, expected ${split.expected}`);
		return split.map((argument) => ({argument, source: option}));
	});
}

/** Reads what {@link imageKernelArguments} takes. */
export async function readKernelArgumentFiles(
	image: Pick<ImageReader, 'list' | 'text'>,
): Promise<KernelArgumentFile[]> {
	const files: KernelArgumentFile[] = [];
	for (const folder of kernelArgumentFolders) {
		for (const name of await image.list(folder)) {
			const place = path.join(folder, name);
			const text = name.endsWith('.toml') ? await image.text(place) : undefined;
			if (text !== undefined) files.push({path: place, text});
		}
	}
	return files;
}
