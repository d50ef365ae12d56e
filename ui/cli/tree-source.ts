import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {OperationFailed} from '../../engine/errors.ts';
import type {ImageSource} from '../../engine/oci/image.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {FsVerityAlgorithm, System} from '../../engine/system/system.ts';
import {printableText} from '../../engine/tree/printable.ts';
import type {ScannedTree} from '../../engine/tree/scan.ts';
import type {ReadContent} from '../../engine/tree/selinux.ts';
import type {Directory} from '../../engine/tree/tree.ts';

/** Where a command takes a root file system from. */
export type TreeSource =
	| {readonly kind: 'running-root'}
	| {readonly kind: 'folder'; readonly path: string}
	| {
			readonly kind: 'layout' | 'archive';
			readonly path: string;
			/** Which image of several. */
			readonly name: string | undefined;
	  };

type ImageTreeSource = Extract<TreeSource, {kind: 'layout' | 'archive'}>;

/** For help pages. */
export const treeSourceSyntax =
	'A folder, oci:FOLDER[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME], or / for the running system without what a container engine put over it.';

/** As skopeo writes them; anything else is a folder. */
export function parseTreeSource(text: string): TreeSource {
	const match = /^(oci|oci-archive|docker-archive):([^:]+)(?::(.+))?$/.exec(text);
	if (match === null)
		return /^\/+$/.test(text) ? {kind: 'running-root'} : {kind: 'folder', path: text};
	const [, transport, path = '', name] = match;
	return {kind: transport === 'oci' ? 'layout' : 'archive', path, name};
}

export interface ReadTreeOptions {
	readonly algorithm: FsVerityAlgorithm;
	readonly progress: ProgressReporter;
	readonly signal: AbortSignal;
}

export interface HashedTree extends Disposable {
	/** With the digests of all contents. */
	readonly root: Directory;
	/** Of a file of the tree, until it is disposed of. */
	readonly readContent: ReadContent;
}

/** Reads and hashes a whole tree; nothing is stored. */
export async function readTree(
	system: System,
	source: TreeSource,
	options: ReadTreeOptions,
): Promise<HashedTree> {
	switch (source.kind) {
		case 'layout':
		case 'archive':
			return readImageTree(source, options);
		case 'folder': {
			if (!existsSync(source.path)) throw noSuchFolder(source.path);
			const {scanDirectory} = await import('../../engine/tree/scan.ts');
			const path = Buffer.from(source.path).toString('latin1');
			return hashScanned(scanDirectory(system, path, {crossMounts: true}), options);
		}
		case 'running-root': {
			const {openRunningRoot} = await import('../../engine/source/running-root.ts');
			using cleanup = new DisposableStack();
			const running = cleanup.use(openRunningRoot(system));
			for (const {code, message, hint} of running.findings)
				options.progress({type: 'warning', code, message, hint});
			const tree = await hashScanned(running.tree, options);
			const open = cleanup.move();
			return {...tree, [Symbol.dispose]: () => open.dispose()};
		}
	}
}

/** What has a colon was probably meant for the name of an image. */
function noSuchFolder(path: string): OperationFailed {
	return new OperationFailed('no-such-folder', `there is no folder ${printableText(path)}`, {
		hint: path.includes(':')
			? 'An image is read from a folder or file: skopeo copy docker://IMAGE oci:FOLDER, then give oci:FOLDER.'
			: `Give ${treeSourceSyntax.replace(/^A/, 'a')}`,
	});
}

async function readImageTree(
	source: ImageTreeSource,
	{algorithm, progress, signal}: ReadTreeOptions,
): Promise<HashedTree> {
	const {applyLayers} = await import('../../engine/oci/apply-layers.ts');
	const {layerContents} = await import('../../engine/oci/layer-contents.ts');
	const {hostPlatform} = await import('../../engine/oci/platform.ts');
	const {DigestSink} = await import('../../engine/store/digest-sink.ts');
	const image = await (await openImageSource(source)).open(hostPlatform());
	const root = await applyLayers(image, new DigestSink(algorithm), {progress, signal});
	return {root, readContent: layerContents(image, root, algorithm), [Symbol.dispose]: () => {}};
}

async function hashScanned(
	tree: ScannedTree,
	{algorithm, progress}: ReadTreeOptions,
): Promise<HashedTree> {
	const {hashTree} = await import('../../engine/store/hash-tree.ts');
	await hashTree(tree, {algorithm, progress});
	const paths = new Map(tree.files.map(({inode, path}) => [inode, path]));
	return {
		root: tree.root,
		readContent: (file) => readFile(Buffer.from(paths.get(file) ?? '', 'latin1')),
		[Symbol.dispose]: () => {},
	};
}

async function openImageSource({kind, path, name}: ImageTreeSource): Promise<ImageSource> {
	if (kind === 'layout') {
		const {ociLayout} = await import('../../engine/oci/layout.ts');
		return ociLayout(path, name);
	}
	const {imageArchive} = await import('../../engine/oci/archive.ts');
	return imageArchive(path, name);
}
