import {verityAlgorithmOf} from '../../engine/erofs/fs-verity.ts';
import type {FsVerityAlgorithm} from '../../engine/system/system.ts';
import type {ByteString} from '../../engine/tree/tree.ts';
import type {DiskRoot} from './disk-root.ts';
import type {ExpectedPlace, ExpectedPlaces} from './expected-root.ts';
import type {Ext4Node} from './ext4/read-ext4.ts';
import type {HashedDiskFile} from './hashing/disk-file-task.ts';
import {type DiskHashing, hashOnDisk, type WantedHash} from './hashing/hash-on-disk.ts';
import {asTold, type ManifestPlaces} from './manifest-places.ts';
import {differencesOf, isOtherContent, type Place} from './place.ts';
import {textOfPath} from './place-names.ts';
import type {Finding} from './report.ts';
import {storedContent} from './stored-content.ts';

export interface JudgedRoot {
	readonly findings: readonly Finding[];
	/** SHA-256 of the objects that were asked for, by their fs-verity digests. */
	readonly sha256: ReadonlyMap<string, string>;
	/** Hashed, in bytes. */
	readonly bytes: number;
}

export interface RootExpectations {
	readonly places: ExpectedPlaces;
	/** Goes before the places. */
	readonly told: ManifestPlaces;
	/** fs-verity digests of objects whose SHA-256 is needed too. */
	readonly wantsSha256: ReadonlySet<string>;
	/** Of contents that nothing says the fs-verity digest of. */
	readonly algorithm: FsVerityAlgorithm;
}

/** A file that is right but for its content, which is to be hashed. */
interface Pending {
	readonly path: ByteString;
	readonly wanted: ExpectedPlace;
	readonly hash: WantedHash;
}

/** Compares all of a physical root with what should be there, contents too. */
export async function judgeRoot(
	root: DiskRoot,
	expectations: RootExpectations,
	hashing: DiskHashing,
): Promise<JudgedRoot> {
	const findings: Finding[] = [];
	const pending: Pending[] = [];
	const {nodes, lostInodes} = root.contents;
	const {places, told} = expectations;
	const folders = foldersOf(nodes.keys());
	for (const [path, node] of nodes) {
		const own = told.at(path);
		const wanted = own ?? places.get(path);
		if (wanted === undefined || wanted === 'absent') {
			if (!folders.has(path)) findings.push(extra(path));
			continue;
		}
		const found = own === undefined ? placeOf(node) : asTold(placeOf(node));
		const result = judgePlace(root, {path, node, found, wanted}, expectations);
		if (typeof result !== 'string') pending.push(...result);
		else findings.push({kind: 'changed', path: textOfPath(path), problem: result});
	}
	findings.push(...missing(nodes, expectations));
	for (const number of lostInodes)
		findings.push({
			kind: 'damaged',
			path: `inode ${number}`,
			problem: 'is in use, and in no folder',
		});
	const hashed = await hashOnDisk(
		pending.map(({hash}) => hash),
		'Reading the root file system',
		hashing,
	);
	const sha256 = new Map<string, string>();
	for (const [index, {path, wanted}] of pending.entries()) {
		const result = hashed[index];
		const problem = contentProblem(wanted, result);
		if (problem !== undefined) findings.push({kind: 'changed', path: textOfPath(path), problem});
		else if (result?.sha256 !== undefined) sha256.set(result.verityDigest, result.sha256);
	}
	const bytes = pending.reduce((sum, {hash}) => sum + hash.size, 0);
	return {findings, sha256, bytes};
}

interface Judged {
	readonly path: ByteString;
	readonly node: Ext4Node;
	readonly found: Place;
	readonly wanted: ExpectedPlace;
}

/** @returns what is wrong, or what is to be hashed before that can be told */
function judgePlace(
	root: DiskRoot,
	{path, node, found, wanted}: Judged,
	{wantsSha256, algorithm}: RootExpectations,
): string | Pending[] {
	const timed = wanted.ignoresTime ? {...found, metadata: withTimeOf(wanted, found)} : found;
	const [difference] = differencesOf(wanted, timed);
	if (difference !== undefined) return difference;
	if (node.type !== 'file') return [];
	if (wanted.needsVerity && !node.hasVerity) return 'has no fs-verity';
	if (!wanted.needsVerity && node.hasVerity) return 'has fs-verity, which is not its place';
	const stored = storedContent(root.contents, node);
	if (typeof stored === 'string') return stored;
	const {verityDigest = '', sha256} = wanted.content;
	const isCompared = verityDigest !== '' || sha256 !== undefined;
	if (node.size === 0 || !isCompared) return [];
	const hash: WantedHash = {
		path,
		size: node.size,
		...stored,
		wantsSha256: sha256 !== undefined || wantsSha256.has(verityDigest),
		algorithm: verityAlgorithmOf(verityDigest) ?? algorithm,
	};
	return [{path, wanted, hash}];
}

function contentProblem(
	{content, user}: ExpectedPlace,
	hashed: HashedDiskFile | undefined,
): string | undefined {
	if (hashed === undefined) return 'cannot be read';
	const whose = user === undefined ? '' : `, which the image has as ${user}`;
	if (isOtherContent(content, hashed)) return `has another content${whose}`;
	return hashed.hasRightTail ? undefined : `has fs-verity that is not of its content${whose}`;
}

function placeOf({type, metadata, size, target, rdev}: Ext4Node): Place {
	return {type, metadata, size: type === 'file' ? size : 0, content: {}, target, rdev};
}

function withTimeOf({metadata: {mtimeSec, mtimeNsec}}: Place, {metadata}: Place) {
	return {...metadata, mtimeSec, mtimeNsec};
}

function extra(path: ByteString): Finding {
	const isObject = path.startsWith('composefs/objects/');
	return {
		kind: 'extra',
		path: textOfPath(path),
		problem: isObject ? 'no deployment uses it' : 'neither the image nor the manifest has it',
	};
}

/** Of a folder with things in it that are missing too, only those. */
function missing(
	nodes: ReadonlyMap<ByteString, Ext4Node>,
	{places, told}: RootExpectations,
): Finding[] {
	const absent = [...places.keys()].filter(
		(path) => !nodes.has(path) && told.at(path) !== 'absent',
	);
	const folders = foldersOf(absent);
	const finding = (path: string, problem: string): Finding => ({kind: 'missing', path, problem});
	return [
		...absent.flatMap((path) => {
			if (folders.has(path)) return [];
			const user = places.get(path)?.user;
			const whose = user === undefined ? '' : `; the image has it as ${user}`;
			return finding(textOfPath(path), `is not there${whose}`);
		}),
		...told.unasked().map((path) => finding(path, 'is not there; the manifest has it')),
	];
}

/** Paths that something lies in. */
function foldersOf(paths: Iterable<ByteString>): Set<ByteString> {
	const folders = new Set<ByteString>();
	for (const path of paths)
		if (path !== '') folders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
	return folders;
}
