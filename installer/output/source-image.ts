/** An image that disk images are made of without running it: from a registry, a layout or an archive. */
import {mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {ImageReference} from '../../engine/deployment/origin.ts';
import {filesInTree} from '../../engine/lint/image-places.ts';
import {ImageRoot} from '../../engine/lint/image-root.ts';
import {hostPlatform} from '../../engine/oci/platform.ts';
import {pullImage} from '../../engine/oci/pull-image.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {layerPath, storeLayout} from '../../engine/store/layout.ts';
import {createStore, type Store} from '../../engine/store/store.ts';
import type {System} from '../../engine/system/system.ts';
import type {ScannedFile, ScannedTree} from '../../engine/tree/scan.ts';
import type {Directory, Inode} from '../../engine/tree/tree.ts';
import {walkTree} from '../../engine/tree/walk.ts';
import {describeImage} from '../../engine/update/check.ts';
import {formatImageName} from '../../engine/update/image-name.ts';
import {openUpdateSource, type UpdateSourceOptions} from '../../engine/update/update-source.ts';
import type {ContentObject, StateEntry} from '../content.ts';
import {stateFile} from '../deployment-state.ts';
import {deployedInodes} from '../hashed-tree.ts';
import type {ImageLayers, ReadableImage} from '../readable-image.ts';

/** Its files can be read until it is disposed of. */
export interface SourceImage extends ReadableImage, AsyncDisposable {}

export interface SourceOptions extends UpdateSourceOptions {
	readonly signal: AbortSignal;
}

/**
 * Brings an image into a store of its own, for as long as disk images are made of it. Layers come along, so that a
 * machine's first update need not fetch them.
 * @param scratch where that store is made: as much room as the image has, unpacked
 * @throws Refused as the policy says, or for want of room; DamagedInput
 */
export async function openSourceImage(
	system: System,
	reference: ImageReference,
	options: SourceOptions,
	report: ProgressReporter,
	scratch = tmpdir(),
): Promise<SourceImage> {
	await using cleanup = new AsyncDisposableStack();
	const source = cleanup.use(await openUpdateSource(system, reference, options));
	const image = await source.open(hostPlatform());
	const folder = mkdtempSync(path.join(scratch, 'slipway-source-'));
	cleanup.defer(() => remove(folder, report));
	const store = createStore(system, path.join(folder, 'store'));
	const {signal} = options;
	const root = await pull(store, image, {progress: report, signal});
	const layers = layersOf(store, image.config.diffIds, deployedDigests(root));
	const tree = {root, files: filesOf(root, store, path.join(folder, 'inline')), mountPoints: []};
	const view = new ImageRoot(filesInTree(tree));
	const open = cleanup.move();
	const {manifestDigest, configDigest} = describeImage(image);
	return {
		tree,
		view,
		visible: view,
		environment: environmentOf(reference, configDigest),
		layers: {...layers, source: sourceName(reference), manifestDigest},
		[Symbol.asyncDispose]: () => open.disposeAsync(),
	};
}

/** Thousands of files: on a busy disk that takes its time. */
async function remove(folder: string, report: ProgressReporter): Promise<void> {
	report({type: 'step', step: 'clean-up', title: 'Removing the unpacked image'});
	try {
		await rm(folder, {recursive: true});
		report({type: 'done', step: 'clean-up'});
	} catch (error) {
		// What was made is as good with it.
		const {code = 'unknown error'} = error as NodeJS.ErrnoException;
		report({
			type: 'warning',
			code: 'not-removed',
			message: `${folder} cannot be removed: ${code}`,
			hint: 'Remove it by hand.',
		});
	}
}

async function pull(
	store: Store,
	image: Parameters<typeof pullImage>[0],
	options: {readonly progress: ProgressReporter; readonly signal: AbortSignal},
): Promise<Directory> {
	await using writer = await store.write();
	const {root} = await pullImage(image, writer, options);
	await writer.commit();
	return root;
}

/** Where each file can be read; what has no object gets a file of its own. */
function filesOf(root: Directory, store: Store, inlineFolder: string): ScannedTree['files'] {
	mkdirSync(inlineFolder, {mode: 0o700});
	const files = new Map<Inode, ScannedFile>();
	for (const [, inode] of walkTree(root, '')) {
		if (inode.type !== 'file' || inode.size === 0 || files.has(inode)) continue;
		const {verityDigest, inline} = inode;
		let place = path.join(inlineFolder, String(files.size));
		if (verityDigest === undefined) writeFileSync(place, inline ?? '');
		else place = store.objectPath(verityDigest);
		inode.inline = undefined;
		inode.verityDigest = undefined;
		files.set(inode, {path: Buffer.from(place).toString('latin1'), inode});
	}
	return [...files.values()];
}

/** Of what a deployment of the image has in the store. */
function deployedDigests(root: Directory): Set<string> {
	const inodes = [...deployedInodes(root)];
	return new Set(
		inodes.flatMap((inode) => (inode.type === 'file' ? (inode.verityDigest ?? []) : [])),
	);
}

/** Records of all layers, and contents that these name and no deployment of the image has. */
function layersOf(
	store: Store,
	diffIds: readonly string[],
	deployed: ReadonlySet<string>,
): Pick<ImageLayers, 'diffIds' | 'records' | 'hidden'> {
	const layout = storeLayout(store.path);
	const target = storeLayout('composefs');
	const unique = [...new Set(diffIds)] as Parameters<typeof layerPath>[1][];
	return {
		diffIds,
		records: unique.map((diffId) =>
			recordEntry(layerPath(layout, diffId), layerPath(target, diffId)),
		),
		hidden: objectsBut(deployed, store, layout.objects),
	};
}

function recordEntry(file: string, target: string): StateEntry {
	const {path: name, inode} = stateFile(target, Buffer.alloc(0));
	if (inode.type !== 'file') throw new TypeError('a record is a file');
	const {size} = statSync(file);
	const source = {kind: 'path', path: Buffer.from(file).toString('latin1')} as const;
	return {path: name, inode: {...inode, mode: 0o600, size}, source};
}

function objectsBut(
	deployed: ReadonlySet<string>,
	store: Store,
	folder: string,
): Map<string, ContentObject> {
	const objects = new Map<string, ContentObject>();
	for (const prefix of readdirSync(folder).sort())
		for (const rest of readdirSync(path.join(folder, prefix)).sort()) {
			if (deployed.has(prefix + rest)) continue;
			const place = store.objectPath(prefix + rest);
			const source = {kind: 'path', path: Buffer.from(place).toString('latin1')} as const;
			const {size} = statSync(place);
			objects.set(prefix + rest, {size, source, merkleTree: undefined});
		}
	return objects;
}

/** The same for an image that is the same, wherever it lies on the host that makes disks of it: they are given away. */
function sourceName(reference: ImageReference): string {
	return reference.transport === 'registry' ? formatImageName(reference) : 'local image';
}

/** As a container of that image would tell it, for what reads where an image came from. */
function environmentOf(
	{image, transport}: ImageReference,
	configDigest: string | undefined,
): string {
	const name = transport === 'registry' ? `image="${image}"\n` : '';
	return `${name}imageid="${(configDigest ?? '').replace(/^sha256:/, '')}"\n`;
}
