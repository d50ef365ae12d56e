import {VerityHasher, verityDigest} from '../../../engine/erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../../../engine/system/system.ts';
import {makeDeviceNumber} from '../../../engine/tree/device-number.ts';
import {emptyDirectory} from '../../../engine/tree/empty-directory.ts';
import type {Metadata} from '../../../engine/tree/tree.ts';
import type {ContentObject, StateEntry, SystemContent} from '../../../installer/content.ts';
import {seededRandom} from '../../seeded.ts';

/** Around every edge: a block, 64 KiB, one and two levels of a SHA-256 tree, holes. */
export const sampleSizes = [65, 4095, 4096, 4097, 65_536, 65_537, 524_288, 524_289, 1_500_000];

/** Content with one of everything that a root may hold. The same every time. */
export function sampleContent(algorithm: FsVerityAlgorithm = 'sha256'): SystemContent {
	const image = bytesOf(20_000);
	return {
		algorithm,
		// Of no tree: only a description of the disk would look at it.
		image: {
			bytes: image,
			verityDigest: verityDigest(image, algorithm),
			tree: emptyDirectory(),
		},
		objects: new Map(
			[...sampleSizes.map(bytesOf), Buffer.alloc(200_000)].map((bytes, index) =>
				sampleObject(bytes, algorithm, index % 2 === 0),
			),
		),
		state: sampleState(),
		bootFiles: [
			file('EFI/BOOT/BOOTX64.EFI', bytesOf(70_000)),
			file('EFI/Linux/slipway-1', bytesOf(9)),
		],
		bootEntries: [file('loader/entries/slipway-1+3.conf', Buffer.from('title one\n'))],
	};
}

/** Half of the objects come without their tree. */
function sampleObject(
	bytes: Buffer,
	algorithm: FsVerityAlgorithm,
	withTree: boolean,
): [string, ContentObject] {
	const hasher = new VerityHasher(algorithm, {keepTree: true});
	hasher.update(bytes);
	const {digest, merkleTree} = hasher.finish();
	const source = {kind: 'bytes', bytes} as const;
	return [digest, {size: bytes.length, source, merkleTree: withTree ? merkleTree : undefined}];
}

function bytesOf(size: number): Buffer {
	return seededRandom(size).bytes(size);
}

function file(path: string, bytes: Buffer) {
	return {path, source: {kind: 'bytes', bytes}} as const;
}

const plain: Metadata = {
	mode: 0o644,
	uid: 0,
	gid: 0,
	mtimeSec: 1_700_000_000,
	mtimeNsec: 0,
	xattrs: undefined,
};
/** Owner rw, user 42 rw, group r, mask rw, others r: what goes with mode 664. */
const acl =
	'02000000' +
	'01000600ffffffff' +
	'020006002a000000' +
	'04000400ffffffff' +
	'10000600ffffffff' +
	'20000400ffffffff';

function sampleState(): StateEntry[] {
	const folder = (path: string, more: Partial<Metadata> = {}): StateEntry => ({
		path,
		inode: {...plain, mode: 0o755, ...more, type: 'directory', children: new Map()},
		source: undefined,
	});
	const regular = (path: string, bytes: Buffer, more: Partial<Metadata> = {}): StateEntry => ({
		path,
		inode: {
			...plain,
			...more,
			type: 'file',
			size: bytes.length,
			inline: undefined,
			verityDigest: undefined,
		},
		source: bytes.length === 0 ? undefined : {kind: 'bytes', bytes},
	});
	const other = (path: string, inode: StateEntry['inode']): StateEntry => ({
		path,
		inode,
		source: undefined,
	});
	return [
		folder('state', {mtimeNsec: 123_456_789}),
		folder('state/os', {mode: 0o750, uid: 70_000, gid: 4_000_000_000}),
		regular('state/os/empty', Buffer.alloc(0), {mode: 0o4755, mtimeNsec: 1}),
		regular('state/os/large', bytesOf(2_300_000), {mode: 0o400, mtimeNsec: 999_999_999}),
		regular('state/os/zeros', Buffer.alloc(300_000)),
		regular('state/os/later', bytesOf(6), {mtimeSec: 4_300_000_000, mtimeNsec: 25}),
		regular('state/os/before', bytesOf(5), {mtimeSec: -5, mtimeNsec: 500_000_000}),
		regular('state/os/odd "name" \\ <12> \xff\xfe é', bytesOf(7), {
			mtimeNsec: 7,
			xattrs: new Map([['user.odd "key" \xff', Buffer.from([0, 1, 2, 255, 10, 34])]]),
		}),
		regular(`state/os/${'n'.repeat(255)}`, bytesOf(8), {mtimeNsec: 8}),
		regular('state/os/labelled', bytesOf(9), {
			mode: 0o664,
			xattrs: new Map([
				['security.capability', Buffer.from('0100000200040000000000000000000000000000', 'hex')],
				['system.posix_acl_access', Buffer.from(acl, 'hex')],
				['trusted.empty', Buffer.alloc(0)],
				['user.long', bytesOf(3000)],
			]),
		}),
		other('state/os/second name', {
			...plain,
			mode: 0o4755,
			mtimeNsec: 1,
			type: 'hardlink',
			target: 'state/os/empty',
		}),
		other('state/os/link', {
			...plain,
			mode: 0o777,
			mtimeNsec: 5,
			type: 'symlink',
			target: `../${'t\xff'.repeat(60)}`,
		}),
		other('state/os/fifo', {...plain, mode: 0o600, type: 'fifo'}),
		other('state/os/null', {
			...plain,
			mode: 0o666,
			mtimeNsec: 3,
			type: 'character',
			rdev: makeDeviceNumber(1, 3),
		}),
		other('state/os/disk', {
			...plain,
			mode: 0o660,
			gid: 6,
			type: 'block',
			rdev: makeDeviceNumber(259, 70_000),
		}),
		other('state/os/socket', {...plain, type: 'socket'}),
		folder('state/os/\xe9\xe8', {mode: 0o1777}),
		regular('state/os/\xe9\xe8/inside', bytesOf(3)),
	];
}
