import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {type Digest, digestHex} from '../../../engine/oci/digest.ts';
import {mediaTypes} from '../../../engine/oci/media-types.ts';
import {digestOf} from '../../../engine/oci/verified.ts';
import {type RawFields, rawHeader, rawTar} from '../tar/raw-header.ts';

/** As in JSON; not the parsed form. */
export interface RawDescriptor {
	readonly mediaType: string;
	readonly digest: Digest;
	readonly size: number;
	readonly [field: string]: unknown;
}

export interface LayerInput {
	readonly tar: Buffer;
	/** The tar compressed in some way; gzip when absent. */
	readonly blob?: Buffer;
	readonly mediaType?: string;
	readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageInput {
	readonly layers: readonly LayerInput[];
	readonly architecture?: string;
	readonly labels?: Readonly<Record<string, string>>;
	/** Docker's media types instead of OCI's. */
	readonly docker?: boolean;
}

/** Content by digest, to be put in a layout or an archive. */
export class Blobs {
	readonly all = new Map<Digest, Buffer>();

	add(mediaType: string, bytes: Buffer, more: object = {}): RawDescriptor {
		const digest = digestOf(bytes);
		this.all.set(digest, bytes);
		return {mediaType, digest, size: bytes.length, ...more};
	}

	addJson(mediaType: string, value: object, more: object = {}): RawDescriptor {
		return this.add(mediaType, Buffer.from(JSON.stringify(value)), more);
	}

	/** An image with its config and layers; gives the descriptor of its manifest. */
	addImage(input: ImageInput, more: object = {}): RawDescriptor {
		const {architecture = 'amd64', labels = {}, docker = false} = input;
		const layers = input.layers.map(({tar, blob, mediaType, annotations}) =>
			this.add(mediaType ?? layerType(docker), blob ?? gzipSync(tar), {annotations}),
		);
		const config = this.addJson(docker ? mediaTypes.dockerConfig : mediaTypes.ociConfig, {
			os: 'linux',
			architecture,
			config: {Labels: labels},
			rootfs: {type: 'layers', diff_ids: input.layers.map(({tar}) => digestOf(tar))},
		});
		const mediaType = docker ? mediaTypes.dockerManifest : mediaTypes.ociManifest;
		const platform = {os: 'linux', architecture};
		const manifest = {schemaVersion: 2, mediaType, config, layers};
		return this.addJson(mediaType, manifest, {platform, ...more});
	}
}

function layerType(docker: boolean): string {
	return docker ? `${mediaTypes.dockerLayer}.gzip` : `${mediaTypes.ociLayer}+gzip`;
}

/** The files of a layout by their paths in it. */
export function layoutFiles(blobs: Blobs, manifests: readonly RawDescriptor[]) {
	const files = new Map<string, Buffer>([
		['oci-layout', Buffer.from('{"imageLayoutVersion": "1.0.0"}')],
		['index.json', Buffer.from(JSON.stringify({schemaVersion: 2, manifests}))],
	]);
	for (const [digest, bytes] of blobs.all) files.set(`blobs/sha256/${digestHex(digest)}`, bytes);
	return files;
}

export function writeFiles(folder: string, files: ReadonlyMap<string, Buffer>): string {
	for (const [name, bytes] of files) {
		mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
		writeFileSync(path.join(folder, name), bytes);
	}
	return folder;
}

/** A tar of regular files, and of what else is given as header fields. */
export function tarOf(
	files: Iterable<readonly [name: string, content: string | Buffer]>,
	...others: readonly RawFields[]
): Buffer {
	return rawTar(
		...[...files].flatMap(([name, content]) => {
			const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
			const size = bytes.length.toString(8).padStart(11, '0');
			return [rawHeader({name, size}), bytes];
		}),
		...others.map(rawHeader),
	);
}
