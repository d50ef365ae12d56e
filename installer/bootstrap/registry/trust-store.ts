import type {ByteString} from '../../../engine/tree/tree.ts';
import type {ImageTree} from '../image-tree.ts';

/** Where an image keeps the CAs that it trusts. */
export interface TrustStore {
	/** All of them in one file, which is what programs read; without links in its path. */
	readonly bundle: ByteString;
	/** From where the distribution's program would make the bundle again. */
	readonly anchors: ByteString | undefined;
}

/** As in engine/oci/registry/system-certificates.ts. */
const bundles = [
	'/etc/ssl/certs/ca-certificates.crt',
	'/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
	'/etc/pki/tls/certs/ca-bundle.crt',
	'/etc/ssl/ca-bundle.pem',
	'/etc/ssl/cert.pem',
];

/** By the program that reads them. */
const anchorFolders = {
	'update-ca-certificates': '/usr/local/share/ca-certificates',
	'update-ca-trust': '/etc/pki/ca-trust/source/anchors',
} as const;

export function findTrustStore(image: ImageTree): TrustStore | undefined {
	const bundle = bundles.find((path) => image.isFile(path));
	const resolved = bundle === undefined ? undefined : image.resolve(bundle);
	if (resolved === undefined) return undefined;
	const anchors = Object.entries(anchorFolders).find(([program]) =>
		['/usr/sbin', '/usr/bin'].some((folder) => image.isFile(`${folder}/${program}`)),
	)?.[1];
	// /usr/local may be the image's own, and read-only.
	const isWritable = anchors !== undefined && /^\/(etc|var)\//.test(image.resolve(anchors) ?? '');
	return {bundle: resolved, anchors: isWritable ? anchors : undefined};
}
