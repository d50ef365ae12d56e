/**
 * The file operations that change what systemd-boot boots, as data.
 *
 * systemd-boot sorts entries that have no tries left to the end, then by sort key, then by version,
 * newest first. All entries of slipway have one sort key and their sequence as version, so that order
 * alone makes the default. `default slipway-*` in loader.conf takes the first match in that order: it
 * keeps entries of other systems from going first, and still passes over a failed one. A full name
 * there would be booted for ever, for systemd-boot heeds no counter of an entry it is told to boot.
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd-boot.html#Boot%20Counting
 */
import {Refused} from '../errors.ts';
import {bootTries, hasFailed, inBootOrder, type NewBootEntry} from './boot-loader.ts';
import {type BootFile, type BootOperation, textFile} from './boot-partition.ts';
import {formatEntryName} from './entry-name.ts';
import {type Kernel, kernelFolderName} from './kernel.ts';
import {formatLoaderEntry} from './loader-entry.ts';
import {
	type BootContents,
	type EntryFile,
	entriesFolder,
	entryStem,
	filesWithStems,
	kernelsFolder,
	sortEntries,
} from './systemd-boot-contents.ts';

const entryPath = (file: string): string => `${entriesFolder}/${file}`;
const kernelPath = (folder: string): string => `${kernelsFolder}/${folder}`;
const remove = (path: string): BootOperation => ({kind: 'remove', path});

export function planWrite(contents: BootContents, entry: NewBootEntry): BootOperation[] {
	const files = missingKernelFiles(contents, entry.kernel);
	return [
		...andSync(files.length === 0 ? [] : [{kind: 'write', files}]),
		...planReplace(contents, entry.deploymentId, newEntryFile(entry)),
	];
}

export function planRemove(
	contents: BootContents,
	deploymentIds: readonly string[],
): BootOperation[] {
	const stems = deploymentIds.map(entryStem);
	const files = filesWithStems(contents, stems);
	if (files.length === 0) return [];
	return [...andSync(files.map(entryPath).map(remove)), ...planSweep(contents, {without: files})];
}

export function planSetDefault(contents: BootContents, deploymentId: string): BootOperation[] {
	const {own} = sortEntries(contents);
	const {file, entry, tries} = findEntry(own, deploymentId);
	const failed = hasFailed({tries});
	if (inBootOrder(own)[0]?.file === file && !failed)
		return planRemoveOthers(contents, deploymentId, [entryPath(file)]);
	const name = formatEntryName({
		stem: entryStem(deploymentId),
		tries: failed ? {left: bootTries, done: 0} : tries,
	});
	const version = String(1 + Math.max(...own.map(({sequence}) => sequence)));
	const fresh = textFile(entryPath(name), formatLoaderEntry({...entry, version}));
	return planReplace(contents, deploymentId, fresh);
}

export function planBless(contents: BootContents, deploymentId: string): BootOperation[] {
	const {file, tries} = findEntry(sortEntries(contents).own, deploymentId);
	const path = entryPath(file);
	if (tries === undefined) return planRemoveOthers(contents, deploymentId, [path]);
	// More attempts than were granted: the boot loader had given up, and a person picked the entry in
	// the menu. That is for this one boot; to go back to it for good there is setDefault.
	if (tries.done > bootTries) return [];
	const good = entryPath(formatEntryName({stem: entryStem(deploymentId), tries: undefined}));
	return [
		...andSync([{kind: 'rename', from: path, to: good}]),
		...planRemoveOthers(contents, deploymentId, [path, good]),
	];
}

export function planCountAttempt(contents: BootContents, deploymentId: string): BootOperation[] {
	const {file, tries} = findEntry(sortEntries(contents).own, deploymentId);
	if (tries === undefined || tries.left === 0) return [];
	const name = formatEntryName({
		stem: entryStem(deploymentId),
		tries: {left: tries.left - 1, done: tries.done + 1},
	});
	return andSync([{kind: 'rename', from: entryPath(file), to: entryPath(name)}]);
}

/**
 * Removes what a crash left unfinished, and kernels that no entry mentions, whoever wrote the entry
 * and whether it can be read or not. Entry files in `without` count as gone, kernels in `using` as used.
 */
export function planSweep(
	contents: BootContents,
	{without = [], using = []}: {without?: readonly string[]; using?: readonly string[]} = {},
): BootOperation[] {
	const texts = [...contents.entryTexts]
		.filter(([file]) => !without.includes(file))
		.map(([, text]) => text);
	const unused = [...contents.kernels.keys()].filter(
		(folder) => !using.includes(folder) && !texts.some((text) => text.includes(folder)),
	);
	return andSync([...contents.unfinished, ...unused.map(kernelPath)].map(remove));
}

/** Kernel and initramfs as files of the boot partition; none when they are there already. */
export function missingKernelFiles(contents: BootContents, kernel: Kernel): BootFile[] {
	const present = contents.kernels.get(kernelFolderName(kernel));
	const isComplete =
		present?.get('linux') === kernel.linux.size && present.get('initrd') === kernel.initramfs.size;
	return isComplete ? [] : kernelFiles(kernel);
}

/** Kernel and initramfs as files of the boot partition. */
export function kernelFiles(kernel: Kernel): BootFile[] {
	const folder = kernelPath(kernelFolderName(kernel));
	return Object.entries({linux: kernel.linux, initrd: kernel.initramfs}).map(
		([name, {path, sha256}]) => ({path: `${folder}/${name}`, source: fromHost(path), sha256}),
	);
}

/** The loader entry of a new deployment: what makes it bootable, so it is written last. */
export function newEntryFile(entry: NewBootEntry): BootFile {
	const folder = `/${kernelPath(kernelFolderName(entry.kernel))}`;
	const name = formatEntryName({
		stem: entryStem(entry.deploymentId),
		tries: {left: bootTries, done: 0},
	});
	const text = formatLoaderEntry({
		title: entry.title,
		sortKey: 'slipway',
		version: String(entry.sequence),
		linux: `${folder}/linux`,
		initrd: [`${folder}/initrd`],
		options: entry.commandLine,
		others: [],
	});
	return textFile(entryPath(name), text);
}

/** Writes one file for a deployment, then removes those it had under other names. */
function planReplace(
	contents: BootContents,
	deploymentId: string,
	fresh: BootFile,
): BootOperation[] {
	return [
		...andSync([{kind: 'write', files: [fresh]}]),
		...planRemoveOthers(contents, deploymentId, [fresh.path]),
	];
}

/** Removes the files of a deployment but those at `kept`: what a crash left of its older names. */
function planRemoveOthers(
	contents: BootContents,
	deploymentId: string,
	kept: readonly string[],
): BootOperation[] {
	const paths = filesWithStems(contents, [entryStem(deploymentId)]).map(entryPath);
	return andSync(paths.filter((path) => !kept.includes(path)).map(remove));
}

/** What follows on the medium must not overtake these. */
function andSync(operations: readonly BootOperation[]): BootOperation[] {
	return operations.length === 0 ? [] : [...operations, {kind: 'sync'}];
}

function findEntry(own: readonly EntryFile[], deploymentId: string): EntryFile {
	const found = inBootOrder(own).find((entry) => entry.deploymentId === deploymentId);
	if (found !== undefined) return found;
	throw new Refused('no-boot-entry', `no loader entry boots deployment ${deploymentId}`, {
		hint: 'See slipway status for the deployments that this machine can boot.',
	});
}

/** Sources hold byte strings, paths of this host are text. */
function fromHost(path: string): BootFile['source'] {
	return {kind: 'path', path: Buffer.from(path).toString('latin1')};
}
