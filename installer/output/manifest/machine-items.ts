import {createHash} from 'node:crypto';
import {storeLayout} from '../../../engine/store/layout.ts';
import type {ByteString, Metadata} from '../../../engine/tree/tree.ts';
import type {FileSource, SystemContent} from '../../content.ts';
import type {InstallPlan} from '../../plan.ts';
import {contentPieces} from '../../sink/file-pieces.ts';
import {stateEntries, storeName} from '../../sink/root-files.ts';
import {imageState} from '../../verify/expected-root.ts';
import {differencesOf, isOtherContent, type Place, placeOfEntry} from '../../verify/place.ts';
import {runningPath, textOfPath} from '../../verify/place-names.ts';
import type {MachineItem} from './manifest.ts';

const store = storeLayout(storeName);

/**
 * All that a content puts on the physical root and that does not follow from its image: files of the
 * bootstrap, the origin, folders that were given to somebody else. Contents are read to be hashed.
 *
 * A manifest is given away with its disk, or without it. So of a file that not everybody may read there is
 * no digest, nor of one that the plan calls secret: whoever has that can try out what a short password was.
 * Of such a file place, owner, mode and size are told, and compared later, and no more.
 */
export function machineItems(
	content: SystemContent,
	{deployment: {id: deploymentId}, bootstrap}: Pick<InstallPlan, 'deployment' | 'bootstrap'>,
): MachineItem[] {
	const {algorithm, image} = content;
	const deployment = {id: deploymentId, originText: ''};
	const expected = new Map(imageState(deployment, image.tree, algorithm));
	const readable = new Readability();
	const secret = new Set(bootstrap.flatMap((item) => (item.secret ? item.place : [])));
	const found = new Map<ByteString, Place>();
	const items: MachineItem[] = [];
	for (const entry of stateEntries(content)) {
		const {path, inode, source} = entry;
		const place =
			inode.type === 'hardlink' ? found.get(inode.target) : placeOfEntry(entry, algorithm);
		if (place === undefined) throw new RangeError(`${path} is a link to nothing`);
		found.set(path, place);
		const isPublic = readable.note(path, place.metadata);
		const wanted = expected.get(path);
		if (wanted !== undefined && isSame(wanted, place)) continue;
		// Records of layers follow from the image: the origin names them.
		if (path.startsWith(`${store.layers}/`)) continue;
		const own = inode.type === 'hardlink' ? undefined : source;
		const name = runningPath(path, deploymentId);
		const isTold = place.type === 'file' && isPublic && !secret.has(name);
		const digest = isTold ? {sha256: hashSource(own, place.size, path)} : {};
		items.push({path: name, ...describe(place), ...digest});
	}
	const absent = [...expected.entries()].filter(
		([path, {type}]) => !found.has(path) && type !== 'socket',
	);
	for (const [path] of absent) items.push({path: runningPath(path, deploymentId), type: 'absent'});
	return items;
}

/** A content that nobody has hashed is none of the image's. */
function isSame(wanted: Place, place: Place): boolean {
	if (differencesOf(wanted, place).length > 0) return false;
	const isKnown = place.size === 0 || place.content.verityDigest !== undefined;
	return isKnown && !isOtherContent(wanted.content, place.content);
}

/** Whether everybody may read a file: it, and every folder on the way to it that is known. */
class Readability {
	readonly #closed = new Set<ByteString>();

	note(path: ByteString, {mode}: Metadata): boolean {
		const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
		const isBelowClosed = this.#closed.has(folder);
		if (isBelowClosed || (mode & 0o001) === 0) this.#closed.add(path);
		return !isBelowClosed && (mode & 0o004) !== 0;
	}
}

function describe({type, metadata, size, target, rdev}: Place): Omit<MachineItem, 'path'> {
	const {mode, uid, gid, mtimeSec, mtimeNsec, xattrs} = metadata;
	const values = [...(xattrs ?? [])].map(([key, value]) => [
		textOfPath(key),
		value.toString('hex'),
	]);
	return {
		type,
		mode: mode.toString(8).padStart(4, '0'),
		uid,
		gid,
		mtimeSec,
		...(mtimeNsec !== 0 && {mtimeNsec}),
		...(type === 'file' && {size}),
		...(type === 'symlink' && {target: textOfPath(target)}),
		...((type === 'character' || type === 'block') && {rdev}),
		...(values.length > 0 && {xattrs: Object.fromEntries(values)}),
	};
}

function hashSource(source: FileSource | undefined, size: number, path: ByteString): string {
	const hash = createHash('sha256');
	for (const {bytes} of contentPieces(source, size, path)) hash.update(bytes);
	return hash.digest('hex');
}
