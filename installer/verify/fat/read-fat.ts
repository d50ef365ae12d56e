import {damagedFileSystem} from '../damaged.ts';
import {cutTo, type Medium, readAt, type Stretch} from '../medium/medium.ts';
import {readFatDirectory} from './fat-directory.ts';
import {FatVolume} from './fat-volume.ts';

export interface FatFile {
	/** From the root, `/`-separated, in the case that it was written in. */
	readonly path: string;
	readonly size: number;
	/** Of its content, on the disk. */
	readonly stretches: readonly Stretch[];
}

export interface FatContents {
	readonly files: readonly FatFile[];
	/** Paths of folders with nothing in them. */
	readonly emptyFolders: readonly string[];
	/** What is not as it should be, for people, while all can be read. */
	readonly faults: readonly string[];
	/** Bytes of the partition that the file system has. */
	readonly size: number;
}

/** More than any path that a boot loader takes. */
const maxPathLength = 1024;
/** Far more than a boot partition has. */
const maxEntries = 100_000;

/**
 * Lists all files of a FAT32 file system.
 * @param name of the partition, for errors
 * @throws DamagedInput
 */
export function readFat(medium: Medium, partition: Stretch, name: string): FatContents {
	const damaged = damagedFileSystem(name);
	const volume = new FatVolume(medium, partition, damaged);
	const files: FatFile[] = [];
	const emptyFolders: string[] = [];
	const pending = [{path: '', cluster: volume.rootCluster}];
	let count = 0;
	for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
		const {path, cluster} = folder;
		const stretches = volume.chain(cluster, `the folder ${path || '/'}`);
		const bytes = Buffer.concat(stretches.map((stretch) => readAt(medium, stretch)));
		const entries = readFatDirectory(bytes);
		if (entries.length === 0 && path !== '') emptyFolders.push(path);
		count += entries.length;
		if (count > maxEntries) throw damaged(`it has more than ${maxEntries} files`);
		for (const {name: own, isFolder, firstCluster, size} of entries) {
			const place = path === '' ? own : `${path}/${own}`;
			if (place.length > maxPathLength) throw damaged('its folders are too deep');
			if (isFolder) pending.push({path: place, cluster: firstCluster});
			else files.push({path: place, size, stretches: contentOf(place, firstCluster, size)});
		}
	}
	return {files, emptyFolders, faults: faultsOf(volume), size: volume.size};

	function contentOf(place: string, firstCluster: number, size: number): Stretch[] {
		if (firstCluster === 0 && size === 0) return [];
		const chain = volume.chain(firstCluster, place);
		if (chain.length !== Math.ceil(size / volume.clusterSize))
			throw damaged(`${place} has ${size} bytes in ${chain.length} clusters`);
		return cutTo(chain, size);
	}
}

function faultsOf(volume: FatVolume): string[] {
	const lost = volume.countLost();
	return [
		...(lost === 0 ? [] : [`${lost} clusters are in use, and in no file`]),
		...(volume.tablesAgree ? [] : ['its two tables of clusters differ']),
	];
}
