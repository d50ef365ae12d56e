import {rmSync} from 'node:fs';
import {makeCpio} from '../lint/cpio.ts';
import {Blobs, layoutFiles, type RawDescriptor, tarOf, writeFiles} from '../oci/image-builder.ts';

const kernel = 'a kernel of more than sixty-four bytes, for what is smaller is in the image itself';
const hosts = 'a file of more than sixty-four bytes, so that it becomes an object in the store';

/** An initramfs that mounts deployments, or so it says. */
export const bootableInitramfs = makeCpio({'usr/lib/slipway/slipway-root': 'x'.repeat(100)});

export interface PublishedImage {
	readonly version: string;
	readonly initramfs?: Buffer;
	/** More files of the upper layer. */
	readonly files?: Iterable<readonly [name: string, content: string | Buffer]>;
}

/** Puts a bootable image into an OCI layout, in place of what is there. */
export function publish(layout: string, image: PublishedImage): void {
	const blobs = new Blobs();
	const manifest = addVersion(blobs, image);
	rmSync(layout, {recursive: true, force: true});
	writeFiles(layout, layoutFiles(blobs, [manifest]));
}

/** Adds a bootable image to others; the lowest layer is always the same. */
export function addVersion(
	blobs: Blobs,
	{version, initramfs = bootableInitramfs, files = []}: PublishedImage,
): RawDescriptor {
	const base = tarOf(
		[
			['usr/lib/modules/6.12/vmlinuz', kernel],
			['usr/lib/modules/6.12/initramfs.img', initramfs],
			['etc/hosts', hosts],
		],
		...['boot/', 'sysroot/', 'usr/', 'run/'].map((name) => ({
			name,
			typeflag: '5',
			mode: '0000755',
		})),
	);
	const release = tarOf([
		['usr/lib/os-release', `PRETTY_NAME="My OS"\nIMAGE_VERSION=${version}\n`],
		...files,
	]);
	return blobs.addImage({layers: [{tar: base}, {tar: release}]});
}
