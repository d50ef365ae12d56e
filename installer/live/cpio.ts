/** A file of an initramfs. */
export interface CpioFile {
	/** From the root, without a slash in front. */
	readonly path: string;
	readonly mode: number;
	readonly bytes: Buffer;
}

const regularFile = 0o100000;
const folderMode = 0o040755;

/**
 * A cpio archive ("newc") as the kernel unpacks it into an initramfs, with the folders that the files are
 * in. Times and owners are 0.
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export function cpioArchive(files: readonly CpioFile[]): Buffer {
	const folders = new Set(files.flatMap(({path}) => parents(path)));
	const members = [
		...[...folders].map((path) => ({path, mode: folderMode, bytes: Buffer.alloc(0)})),
		...files.map((file) => ({...file, mode: regularFile | file.mode})),
		{path: 'TRAILER!!!', mode: 0, bytes: Buffer.alloc(0)},
	];
	return Buffer.concat(members.flatMap((member, index) => encode(member, index + 1)));
}

/** `a/b` and `a` of `a/b/c`, parents first. */
function parents(path: string): string[] {
	const names = path.split('/').slice(0, -1);
	return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function encode({path, mode, bytes}: CpioFile, inode: number): Buffer[] {
	const name = Buffer.from(`${path}\0`);
	const [links, time, device, check] = [1, 0, [0, 0, 0, 0], 0];
	const fields = [inode, mode, 0, 0, links, time, bytes.length, ...device, name.length, check];
	const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
	return [padded(Buffer.concat([Buffer.from(header), name])), padded(bytes)];
}

function padded(bytes: Buffer): Buffer {
	return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
