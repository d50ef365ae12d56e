import type {DeflateWindow} from '../deflate.ts';
import type {DiskCluster} from '../disk-clusters.ts';
import type {ImageFile} from '../image-file.ts';

/** A disk as the formats describe it. All that is in an image besides the disk's bytes follows from this. */
export interface DiskFacts {
	/** Names the machine and the files in an archive; may stand in a file's name. At most 90 bytes. */
	readonly name: string;
	/** In bytes. */
	readonly size: number;
	readonly sectorSize: number;
	/** What identifiers follow from. */
	readonly seed: string;
	/** When it was made, for formats that say so: whole seconds. */
	readonly time: Date;
	/** What the disk is started by. */
	readonly firmware: 'uefi' | 'bios';
}

/** Takes a disk in order and writes it in one format. One call at a time. */
export interface FormatWriter {
	write(cluster: DiskCluster): Promise<void>;
	/** Writes what comes last. The caller finishes the file. */
	finish(): Promise<void>;
}

/** What a disk has to be for a format, and what the format makes of it. */
export interface DiskFormat {
	/** Ends the names of its files, with the dot. */
	readonly suffix: string;
	readonly description: string;
	/** Disks have a size that is a multiple of it. */
	readonly sizeMultiple: number;
	readonly maxSize?: number;
	/** The sector sizes of a disk that it can hold; any when absent. */
	readonly sectorSizes?: readonly number[];
	readonly compression: 'always' | 'never' | 'optional';
	/** With what window it takes compressed clusters. */
	readonly windowBits?: DeflateWindow;
	/** Begins to write to an empty file. */
	open(disk: DiskFacts, file: ImageFile, isCompressed: boolean): Promise<FormatWriter>;
}
