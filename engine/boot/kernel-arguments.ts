import {imageKernelArguments, kernelArgumentFolders} from './kargs.ts';
import {
	type KernelArgumentFile,
	type KernelArgumentSettings,
	parseKernelArgumentFile,
} from './kargs-file.ts';
import {type KernelArgument, matchesArgument} from './kernel-argument.ts';
import {machineArgumentsFolder} from './machine-kargs.ts';

/** All that the kernel arguments of a deployment come from. */
export interface KernelArgumentSources {
	/** kargs.d of its image. */
	readonly image: readonly KernelArgumentFile[];
	/** Given when the machine was installed. */
	readonly installed: readonly KernelArgument[];
	/** Of /etc/slipway/kargs.d. */
	readonly machine: readonly KernelArgumentFile[];
	/** As in `match-architectures`. */
	readonly architecture: string;
}

/**
 * The kernel arguments of a new deployment, in the order of the command line, where the last of several
 * counts: the image's, those given at install, then the machine's files by name, each of which may take
 * away what came before it.
 * @throws UsageError with file, line and what was expected
 */
export function kernelArgumentsFor(sources: KernelArgumentSources): KernelArgument[] {
	return applySettings(givenToMachine(sources), parseMachineFiles(sources));
}

/** Without what the machine's own files say. */
export function givenToMachine({
	image,
	installed,
	architecture,
}: KernelArgumentSources): KernelArgument[] {
	return [...imageKernelArguments(image, architecture), ...installed];
}

/** What the machine's files say, in their order. */
export function parseMachineFiles({
	machine,
	architecture,
}: KernelArgumentSources): KernelArgumentSettings[] {
	return machine
		.toSorted((a, b) => (a.path < b.path ? -1 : 1))
		.map((file) => parseKernelArgumentFile(file, 'machine', architecture));
}

/** One file after the other. */
export function applySettings(
	given: readonly KernelArgument[],
	files: readonly KernelArgumentSettings[],
): KernelArgument[] {
	let all = [...given];
	for (const {source, add, remove} of files) {
		const isRemoved = ({argument}: KernelArgument): boolean =>
			remove.some((pattern) => matchesArgument(argument, pattern));
		all = all.filter((one) => !isRemoved(one));
		all.push(...add.map((argument) => ({argument, source})));
	}
	return all;
}

/** Who has the say over an argument. */
export type ArgumentOwner = 'image' | 'install' | 'machine';

export function ownerOfArgument({source}: KernelArgument): ArgumentOwner {
	if (source.startsWith(`${machineArgumentsFolder}/`)) return 'machine';
	const isOfImage = kernelArgumentFolders.some((folder) => source.startsWith(`${folder}/`));
	return isOfImage ? 'image' : 'install';
}
