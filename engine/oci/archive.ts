import {TarFile} from '../tar/tar-file.ts';
import {dockerImage} from './docker-archive.ts';
import type {ImageSource} from './image.ts';
import {type LayoutFiles, layoutImage} from './layout.ts';

/**
 * An image in one tar file, as `podman save`, `docker save` or `skopeo copy` write it: an OCI layout,
 * docker's format, or both in one, of which the layout is used since it has the manifest.
 * @param reference which image, by tag, name or digest; not needed when there is one
 */
export function imageArchive(file: string, reference?: string): ImageSource {
	return {
		name: `archive:${file}`,
		async open(platform) {
			const tar = await TarFile.open(file);
			const isLayout = tar.sizeOf('index.json') !== undefined;
			const source = isLayout
				? layoutImage(archiveFiles(tar), reference)
				: dockerImage(tar, reference);
			return source.open(platform);
		},
	};
}

function archiveFiles(tar: TarFile): LayoutFiles {
	return {
		name: `oci-archive:${tar.path}`,
		read: (member, limit) => tar.readWhole(member, limit),
		open: (member) => tar.read(member),
	};
}
