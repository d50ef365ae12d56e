import path from 'node:path';
import {UsageError} from '../errors.ts';
import type {ImageReader} from '../image-reader.ts';
import {lineOfKey, parseSettings, type SettingsFile, settingsMistake} from '../settings-file.ts';
import {reservedParameters, splitCommandLine, splitParameter} from './command-line.ts';

/** A kernel argument and where it comes from, so that status can say why the machine has it. */
export interface KernelArgument {
	/** As on the command line: `quiet`, `console=ttyS0,115200`. */
	readonly argument: string;
	/** Path of the file in the image, or who set it. */
	readonly source: string;
}

/** One file of a `kargs.d` folder: `kargs` and, if it is not for all, `match-architectures`. */
export type KernelArgumentFile = SettingsFile;

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
		.flatMap((file) => argumentsOf(file, architecture));
}

/**
 * Arguments that a person gives on the command line.
 * @param option as it is called there, for messages and as the source
 * @throws UsageError
 */
export function givenKernelArguments(texts: readonly string[], option: string): KernelArgument[] {
	return texts.flatMap((text) => {
		const split = splitArgument(text);
		if ('what' in split)
			throw new UsageError(`${option}: ${split.what}, expected ${split.expected}`);
		return split.parts.map((argument) => ({argument, source: option}));
	});
}

/** Reads what {@link imageKernelArguments} takes. */
export async function readKernelArgumentFiles(image: ImageReader): Promise<KernelArgumentFile[]> {
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

function argumentsOf(file: KernelArgumentFile, architecture: string): KernelArgument[] {
	const {
		kargs,
		'match-architectures': architectures,
		...unknown
	} = parseSettings(file, 'TOML with a line such as kargs = ["quiet"]');
	const mistake = (key: string, fault: Fault): UsageError =>
		settingsMistake(file, lineOfKey(file.text, [key]), fault);
	const [unknownKey] = Object.keys(unknown);
	if (unknownKey !== undefined)
		throw mistake(unknownKey, {
			what: `unknown key "${unknownKey}"`,
			expected: 'kargs or match-architectures',
		});
	if (!isStringList(kargs))
		throw mistake('kargs', {
			what: kargs === undefined ? 'no kargs' : 'kargs is not that',
			expected: 'a list of strings, such as kargs = ["quiet"]',
		});
	if (architectures !== undefined && !isStringList(architectures))
		throw mistake('match-architectures', {
			what: 'match-architectures is not that',
			expected: 'a list of strings, such as match-architectures = ["x86_64"]',
		});
	if (architectures !== undefined && !architectures.includes(architecture)) return [];
	return kargs.flatMap((text) =>
		splitInFile(file, text).map((argument) => ({argument, source: file.path})),
	);
}

function splitInFile(file: KernelArgumentFile, text: string): string[] {
	const split = splitArgument(text);
	if ('what' in split)
		throw settingsMistake(
			file,
			lineOfString(file.text, text) ?? lineOfKey(file.text, ['kargs']),
			split,
		);
	return split.parts;
}

interface Fault {
	readonly what: string;
	readonly expected: string;
}

/** bootc takes several arguments in one string, so both do. */
function splitArgument(text: string): {readonly parts: string[]} | Fault {
	const parts = splitCommandLine(text);
	const isPlain = !/[\p{Cc}\ufffd]/u.test(text) && (text.split('"').length - 1) % 2 === 0;
	if (parts.length === 0 || !isPlain)
		return {what: `${JSON.stringify(text)} is none`, expected: 'a kernel argument'};
	const reserved = namesOfWords(text).find(isReserved);
	return reserved === undefined
		? {parts}
		: {what: `${reserved}= is set by slipway`, expected: 'any other kernel argument'};
}

/**
 * The names that anybody may find who reads the command line: the kernel minds quotes, the initramfs
 * splits at every blank, and systemd takes single quotes for quotes too.
 */
function namesOfWords(text: string): string[] {
	return text.split(/\s+/).map((word) => splitParameter(word.replaceAll("'", ''))[0]);
}

function isReserved(name: string): boolean {
	return (reservedParameters as readonly string[]).includes(name);
}

function isStringList(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The first line that has a string in quotes. */
function lineOfString(text: string, string: string): number | undefined {
	const quoted = [JSON.stringify(string), `'${string}'`];
	const index = text.split('\n').findIndex((line) => quoted.some((one) => line.includes(one)));
	return index < 0 ? undefined : index + 1;
}
