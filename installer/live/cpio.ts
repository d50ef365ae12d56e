/** A file of an initramfs. */
export interface CpioFile {
	/** From the root, without a slash in front. */
	readonly path: string;
	readonly mode: number;
	readonly bytes: Buffer;
}

const regularFile = 0o100000;
const folderMode = 0o040755;

/** What an archive has before and behind the content of a file that is too large to be held in memory. */
export interface CpioFrame {
	readonly before: Buffer;
	readonly behind: Buffer;
}

/** Sizes have eight hexadecimal digits. */
export const maxCpioFile = 2 ** 32 - 1;

/** The frame of an archive of one file of so many bytes, as of {@link cpioArchive}. */
export function cpioFrame(path: string, mode: number, size: number): CpioFrame {
	if (size > maxCpioFile) throw new RangeError(`a file of ${size} bytes is too large for cpio`);
	const folders = parents(path).map((folder) => folderMember(folder));
	const [header = Buffer.alloc(0)] = encode(
		{path, mode: regularFile | mode, size},
		folders.length + 1,
	);
	return {
		before: Buffer.concat([
			...folders.flatMap((folder, index) => encode(folder, index + 1)),
			header,
		]),
		behind: Buffer.concat([Buffer.alloc(-size & 3), ...encode(trailer, folders.length + 2)]),
	};
}

/**
 * A cpio archive ("newc") as the kernel unpacks it into an initramfs, with the folders that the files are
 * in. Times and owners are 0.
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export function cpioArchive(files: readonly CpioFile[]): Buffer {
	const folders = new Set(files.flatMap(({path}) => parents(path)));
	const members: Member[] = [
		...[...folders].map(folderMember),
		...files.map(({path, mode, bytes}) => ({
			path,
			mode: regularFile | mode,
			size: bytes.length,
			bytes,
		})),
		trailer,
	];
	return Buffer.concat(members.flatMap((member, index) => encode(member, index + 1)));
}

interface Member {
	readonly path: string;
	/** With the type of file. */
	readonly mode: number;
	readonly size: number;
	readonly bytes?: Buffer;
}

const trailer: Member = {path: 'TRAILER!!!', mode: 0, size: 0};

const folderMember = (path: string): Member => ({path, mode: folderMode, size: 0});

/** `a/b` and `a` of `a/b/c`, parents first. */
function parents(path: string): string[] {
	const names = path.split('/').slice(0, -1);
	return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** Header, and content as far as it is here. */
function encode({path, mode, size, bytes = Buffer.alloc(0)}: Member, inode: number): Buffer[] {
	const name = Buffer.from(`${path}\0`);
	const [links, time, device, check] = [1, 0, [0, 0, 0, 0], 0];
	const fields = [inode, mode, 0, 0, links, time, size, ...device, name.length, check];
	const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
	return [padded(Buffer.concat([Buffer.from(header), name])), padded(bytes)];
}

function padded(bytes: Buffer): Buffer {
	return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
