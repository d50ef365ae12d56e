/**
 * Makes one boot partition boot what another does. Only what slipway and systemd-boot keep there is looked at;
 * other files stay as they are.
 */
import path from 'node:path';
import type {BootFile, BootOperation, BootPartition, BootPartitionFile} from './boot-partition.ts';
import {runBootOperations} from './boot-partition.ts';
import {entriesFolder, kernelsFolder} from './systemd-boot-contents.ts';

/** A file with what tells whether another one is the same. */
interface FoundFile {
	readonly path: string;
	readonly size: number;
	/** Undefined where name and size tell: kernels are named by their content. */
	readonly text: string | undefined;
}

/** A boot partition that is mounted, and where. */
export interface MountedBoot {
	readonly partition: BootPartition;
	readonly mountPoint: string;
}

/** Killed anywhere, the copy boots what it booted before, or what the other does. */
export async function copyBootPartition(
	{partition, mountPoint}: MountedBoot,
	copy: BootPartition,
): Promise<void> {
	const [wanted, found] = [await findFiles(partition), await findFiles(copy)];
	await runBootOperations(copy, planCopy(wanted, found, mountPoint));
}

const folders = ['EFI/BOOT', 'EFI/systemd', kernelsFolder, entriesFolder];
const loaderFolder = 'loader';
const loaderFiles = ['loader.conf', 'entries.srel'];

async function findFiles(partition: BootPartition): Promise<FoundFile[]> {
	const found: FoundFile[] = [];
	const visit = async (folder: string, {name, type, size}: BootPartitionFile): Promise<void> => {
		const place = `${folder}/${name}`;
		if (type === 'directory') {
			for (const inner of await partition.list(place)) await visit(place, inner);
			return;
		}
		const text = isKernel(place) ? undefined : await partition.readText(place);
		found.push({path: place, size, text});
	};
	for (const folder of folders)
		for (const file of await partition.list(folder)) await visit(folder, file);
	for (const file of await partition.list(loaderFolder))
		if (loaderFiles.includes(file.name)) await visit(loaderFolder, file);
	return found;
}

/** What an entry names is there before the entry, and longer. */
function planCopy(
	wanted: readonly FoundFile[],
	found: readonly FoundFile[],
	mountPoint: string,
): BootOperation[] {
	const missing = wanted.filter((file) => !found.some((other) => isSame(file, other)));
	const extra = found.filter(
		(file) => isOwn(file.path) && !wanted.some((other) => other.path === file.path),
	);
	const step = (
		files: readonly FoundFile[],
		operations: (paths: readonly string[]) => BootOperation[],
	): BootOperation[] =>
		files.length === 0
			? []
			: [...operations(files.map((file) => file.path)), {kind: 'sync'} as const];
	const write = (paths: readonly string[]): BootOperation[] => [
		{kind: 'write', files: paths.map((place) => fileOf(mountPoint, place))},
	];
	const kept = new Set(wanted.map((file) => path.posix.dirname(file.path)));
	const remove = (paths: readonly string[]): BootOperation[] =>
		[...new Set(paths.map((place) => removable(place, kept)))].map((place) => ({
			kind: 'remove',
			path: place,
		}));
	return [
		...step(missing.filter(isNoEntry), write),
		...step(missing.filter(isEntry), write),
		...step(extra.filter(isEntry), remove),
		...step(extra.filter(isNoEntry), remove),
	];
}

/** The whole folder of a kernel that nothing of is wanted. */
function removable(place: string, kept: ReadonlySet<string>): string {
	const folder = path.posix.dirname(place);
	return isKernel(place) && !kept.has(folder) ? folder : place;
}

const isEntry = ({path: place}: FoundFile): boolean => place.startsWith(`${entriesFolder}/`);
const isNoEntry = (file: FoundFile): boolean => !isEntry(file);
const isKernel = (place: string): boolean => place.startsWith(`${kernelsFolder}/slipway-`);
const isOwn = (place: string): boolean =>
	isKernel(place) || place.startsWith(`${entriesFolder}/slipway-`);

function isSame(one: FoundFile, other: FoundFile): boolean {
	return one.path === other.path && one.size === other.size && one.text === other.text;
}

function fileOf(mountPoint: string, place: string): BootFile {
	const source = {kind: 'path', path: path.join(mountPoint, place)} as const;
	return {path: place, source};
}
