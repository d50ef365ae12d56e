/** Access to the files of a boot partition (ESP or XBOOTLDR), whether it is mounted or not. */
export interface BootPartition {
	/** What a folder holds, sorted by name; nothing when there is no such folder. */
	list(folder: string): Promise<readonly BootPartitionFile[]>;
	/** A small file as UTF-8; bytes that are not become U+FFFD. */
	readText(path: string): Promise<string>;
	/** Writes files, in no certain order, and makes their folders. Replaces what is there. */
	write(files: readonly BootFile[]): Promise<void>;
	/** Replaces `to`. */
	rename(from: string, to: string): Promise<void>;
	/** Removes a file, or a folder with all that is in it. One that is missing is no error. */
	remove(path: string): Promise<void>;
	/** Returns once everything before it is on the medium. */
	sync(): Promise<void>;
	freeBytes(): Promise<number>;
}

export interface BootPartitionFile {
	readonly name: string;
	readonly type: 'file' | 'directory';
	/** In bytes; 0 for a folder. */
	readonly size: number;
}

/** A file as it shall be. The paths here go from the partition's root, `/`-separated, in ASCII. */
export interface BootFile {
	readonly path: string;
	readonly source: BootFileSource;
	/** Of the content, in hex, where somebody has read it before. */
	readonly sha256?: string;
}

/** Memory, or a path on this host as a byte string. */
export type BootFileSource =
	| {readonly kind: 'bytes'; readonly bytes: Buffer}
	| {readonly kind: 'path'; readonly path: string};

/** One step on a boot partition. Plans are lists of these, in an order that a crash cannot hurt. */
export type BootOperation =
	| {readonly kind: 'write'; readonly files: readonly BootFile[]}
	| {readonly kind: 'rename'; readonly from: string; readonly to: string}
	| {readonly kind: 'remove'; readonly path: string}
	| {readonly kind: 'sync'};

export async function runBootOperations(
	partition: BootPartition,
	operations: readonly BootOperation[],
): Promise<void> {
	for (const operation of operations) {
		switch (operation.kind) {
			case 'write':
				await partition.write(operation.files);
				break;
			case 'rename':
				await partition.rename(operation.from, operation.to);
				break;
			case 'remove':
				await partition.remove(operation.path);
				break;
			case 'sync':
				await partition.sync();
		}
	}
}

/** A small text file of the boot partition. */
export function textFile(path: string, text: string): BootFile {
	return {path, source: {kind: 'bytes', bytes: Buffer.from(text)}};
}
