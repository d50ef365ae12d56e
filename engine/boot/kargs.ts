import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {parse as parseToml, TomlError} from 'smol-toml';
import {UsageError} from '../errors.ts';
import {namesIn} from '../system/read-folder.ts';
import {reservedParameters, splitCommandLine, splitParameter} from './command-line.ts';

/** A kernel argument and where it comes from, so that status can say why the machine has it. */
export interface KernelArgument {
	/** As on the command line: `quiet`, `console=ttyS0,115200`. */
	readonly argument: string;
	/** Path of the file in the image, or who set it. */
	readonly source: string;
}

/** One file of a `kargs.d` folder: TOML with `kargs` and, if it is not for all, `match-architectures`. */
export interface KernelArgumentFile {
	readonly path: string;
	readonly text: string;
}

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

/** Reads what {@link imageKernelArguments} takes from an unpacked image. */
export async function readKernelArgumentFiles(root: string): Promise<KernelArgumentFile[]> {
	const files: KernelArgumentFile[] = [];
	for (const folder of kernelArgumentFolders) {
		for (const name of await namesIn(path.join(root, folder))) {
			if (!name.endsWith('.toml')) continue;
			const place = path.join(folder, name);
			files.push({path: place, text: await readFile(path.join(root, place), 'utf8')});
		}
	}
	return files;
}

function argumentsOf(file: KernelArgumentFile, architecture: string): KernelArgument[] {
	const {kargs, 'match-architectures': architectures, ...unknown} = parseTable(file);
	const [unknownKey] = Object.keys(unknown);
	if (unknownKey !== undefined)
		throw mistake(file, unknownKey, `unknown key "${unknownKey}"`, 'kargs or match-architectures');
	const expected = 'a list of strings, such as kargs = ["quiet"]';
	if (!isStringList(kargs))
		throw mistake(file, 'kargs', kargs === undefined ? 'no kargs' : 'kargs is not that', expected);
	if (architectures !== undefined && !isStringList(architectures))
		throw mistake(
			file,
			'match-architectures',
			'match-architectures is not that',
			'a list of strings, such as match-architectures = ["x86_64"]',
		);
	if (architectures !== undefined && !architectures.includes(architecture)) return [];
	return kargs.flatMap((text) =>
		splitInFile(file, text).map((argument) => ({argument, source: file.path})),
	);
}

function parseTable(file: KernelArgumentFile): Record<string, unknown> {
	try {
		return parseToml(file.text);
	} catch (error) {
		if (!(error instanceof TomlError)) throw error;
		const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
		throw new UsageError(`${file.path}, line ${error.line}: ${reason}, expected TOML`, {
			hint: 'A file of kernel arguments has a line such as kargs = ["quiet"].',
			cause: error,
		});
	}
}

function splitInFile(file: KernelArgumentFile, text: string): string[] {
	const split = splitArgument(text);
	if ('what' in split) throw mistake(file, text, split.what, split.expected);
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

function mistake(
	file: KernelArgumentFile,
	needle: string,
	what: string,
	expected: string,
): UsageError {
	const line = lineOf(file.text, needle);
	return new UsageError(`${file.path}, line ${line}: ${what}, expected ${expected}`, {
		hint: `Correct ${file.path} in the image and build it again.`,
	});
}

/** TOML parsers keep no positions. The line of a key, else the line that has a string, else the first. */
function lineOf(text: string, needle: string): number {
	const lines = text.split('\n');
	const isKey = (line: string): boolean => line.split('=')[0]?.replace(/["'\s]/g, '') === needle;
	const hasString = (line: string): boolean =>
		[JSON.stringify(needle), `'${needle}'`].some((quoted) => line.includes(quoted));
	const line = lines.findIndex(isKey);
	return 1 + Math.max(0, line < 0 ? lines.findIndex(hasString) : line);
}
