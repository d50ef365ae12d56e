import type {ImageSource} from '../../engine/oci/image.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {FsVerityAlgorithm, System} from '../../engine/system/system.ts';
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

/** The tree with the digests of all contents; nothing is stored. */
export async function readTree(
	system: System,
	source: TreeSource,
	{algorithm, progress, signal}: ReadTreeOptions,
): Promise<Directory> {
	if (source.kind === 'layout' || source.kind === 'archive') {
		const {applyLayers} = await import('../../engine/oci/apply-layers.ts');
		const {hostPlatform} = await import('../../engine/oci/platform.ts');
		const {DigestSink} = await import('../../engine/store/digest-sink.ts');
		const image = await (await openImageSource(source)).open(hostPlatform());
		return applyLayers(image, new DigestSink(algorithm), {progress, signal});
	}
	const {hashDirectory} = await import('../../engine/store/hash-directory.ts');
	const path = Buffer.from(source.kind === 'folder' ? source.path : '/').toString('latin1');
	const {root} = await hashDirectory(system, path, {algorithm, progress, crossMounts: true});
	return root;
}

async function openImageSource({
	kind,
	path,
	name,
}: Extract<TreeSource, {kind: 'layout' | 'archive'}>): Promise<ImageSource> {
	if (kind === 'layout') {
		const {ociLayout} = await import('../../engine/oci/layout.ts');
		return ociLayout(path, name);
	}
	const {imageArchive} = await import('../../engine/oci/archive.ts');
	return imageArchive(path, name);
}
