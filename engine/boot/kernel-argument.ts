/** One kernel argument as text: what is one, and which are the same. */
import {reservedParameters, splitCommandLine, splitParameter} from './command-line.ts';

/** A kernel argument and where it comes from, so that status can say why the machine has it. */
export interface KernelArgument {
	/** As on the command line: `quiet`, `console=ttyS0,115200`. */
	readonly argument: string;
	/** Path of the file in the image or on the machine, or how it was given. */
	readonly source: string;
}

/** Why a text is no kernel argument, for the middle of a message. */
export interface ArgumentFault {
	readonly what: string;
	readonly expected: string;
}

/** The arguments in a text; bootc takes several in one string, so both do. */
export function splitArguments(text: string): readonly string[] | ArgumentFault {
	const parts = splitCommandLine(text);
	const isPlain = !/[\p{Cc}\ufffd]/u.test(text) && (text.split('"').length - 1) % 2 === 0;
	if (parts.length === 0 || !isPlain)
		return {what: `${JSON.stringify(text)} is none`, expected: 'a kernel argument'};
	const reserved = namesOfWords(text).find((name) => reservedParameters.has(name));
	if (reserved === undefined) return parts;
	const named = reservedParameters.get(reserved);
	return {
		what: `${reserved}= names ${named} and is set by slipway`,
		expected: 'any other kernel argument',
	};
}

export function isFault(split: readonly string[] | ArgumentFault): split is ArgumentFault {
	return 'what' in split;
}

/**
 * Whether an argument is meant by a pattern: the whole argument, or the name alone of a parameter with
 * whatever value. As for the kernel, `-` and `_` in names are the same, and quotes only group.
 */
export function matchesArgument(argument: string, pattern: string): boolean {
	const [name, value] = normalParameter(argument);
	const [wantedName, wantedValue] = normalParameter(pattern);
	return name === wantedName && (!pattern.includes('=') || value === wantedValue);
}

/** Whether two arguments say the same to the kernel. */
export function isSameArgument(one: string, other: string): boolean {
	return matchesArgument(one, other) && matchesArgument(other, one);
}

function normalParameter(argument: string): [name: string, value: string] {
	const [name, value] = splitParameter(argument);
	return [name.replaceAll('-', '_'), value];
}

/**
 * The names that anybody may find who reads the command line: the kernel minds quotes, the initramfs
 * splits at every blank, and systemd takes single quotes for quotes too.
 */
function namesOfWords(text: string): string[] {
	return text.split(/\s+/).map((word) => splitParameter(word.replaceAll("'", ''))[0]);
}
