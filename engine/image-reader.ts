/**
 * The files of an image, wherever it lies: unpacked in a folder, or in the store of a machine. Paths
 * are absolute within the image, and links lead to where they would on the machine.
 */
export interface ImageReader {
	/** Names in a folder, sorted; none when there is no such folder. */
	list(imagePath: string): Promise<readonly string[]>;
	/** A small file as UTF-8; undefined when there is no such file. */
	text(imagePath: string): Promise<string | undefined>;
	/** The path itself, when it is a regular file and no link to one. */
	regularFile(imagePath: string): Promise<ImageFile | undefined>;
	/** What the path leads to, when that is a regular file. */
	followedFile(imagePath: string): Promise<ImageFile | undefined>;
}

/** A regular file of an image as it lies on this host. */
export interface ImageFile {
	readonly path: string;
	readonly size: number;
	/** fs-verity digest that the content must have; undefined when nothing says so. */
	readonly verityDigest: string | undefined;
}
