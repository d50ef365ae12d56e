import {isDeploymentId} from '../../engine/deployment/id.ts';
import {isPlainOrigin, type Origin, parseOrigin} from '../../engine/deployment/origin.ts';
import {deploymentsFolder} from '../../engine/deployment/state-directory.ts';
import {verityAlgorithmOf, verityDigest} from '../../engine/erofs/fs-verity.ts';
import {readImage} from '../../engine/erofs/reader.ts';
import {DamagedInput} from '../../engine/errors.ts';
import {imagePath, storeLayout} from '../../engine/store/layout.ts';
import type {Directory} from '../../engine/tree/tree.ts';
import {storeName} from '../sink/root-files.ts';
import type {DiskRoot} from './disk-root.ts';
import type {FoundDeployment} from './expected-root.ts';
import {textOfPath} from './place-names.ts';
import type {Finding} from './report.ts';

/** A deployment whose origin and image could be read. */
export interface ReadableFoundDeployment extends FoundDeployment {
	readonly origin: Origin;
}

/** Origins have some thousand bytes, images some hundred for each file. */
const maxOrigin = 1 << 20;
const maxImage = 1 << 30;
const store = storeLayout(storeName);

export function originPath(id: string): string {
	return `${deploymentsFolder}/${id}/origin.json`;
}

const originOf = new RegExp(`^${originPath('([^/]+)').replace('.json', '\\.json')}$`);

/** The deployments of a root, the oldest first, and what is wrong with others. */
export function findDeployments(root: DiskRoot): {
	readonly deployments: readonly ReadableFoundDeployment[];
	readonly findings: readonly Finding[];
} {
	const deployments: ReadableFoundDeployment[] = [];
	const findings: Finding[] = [];
	const images = new Map<string, {readonly tree: Directory; readonly size: number}>();
	for (const path of root.contents.nodes.keys()) {
		const [, id = ''] = originOf.exec(path) ?? [];
		if (!isDeploymentId(id)) continue;
		try {
			deployments.push(readDeployment(id, path));
		} catch (error) {
			if (!(error instanceof DamagedInput)) throw error;
			findings.push({kind: 'damaged', path: textOfPath(path), problem: error.message});
		}
	}
	return {
		deployments: deployments.toSorted((a, b) => a.origin.sequence - b.origin.sequence),
		findings,
	};

	function readDeployment(id: string, path: string): ReadableFoundDeployment {
		const originText = root.read(path, maxOrigin)?.toString('utf8');
		if (originText === undefined) throw new DamagedInput('it cannot be read');
		const origin = parseOrigin(originText, 'the origin');
		const {digest} = origin.imageVerity;
		if (!digest.startsWith(id.slice(0, 12)))
			throw new DamagedInput(`it names the image ${digest}, and its deployment another`);
		if (!isPlainOrigin(originText)) throw new DamagedInput('it says more than slipway writes');
		const {tree, size} = images.get(digest) ?? readTree(digest);
		images.set(digest, {tree, size});
		return {id, origin, originText, imageDigest: digest, imageSize: size, tree};
	}

	function readTree(digest: string) {
		const bytes = root.read(imagePath(store, digest), maxImage);
		if (bytes === undefined) throw new DamagedInput(`its image ${digest} is missing`);
		const algorithm = verityAlgorithmOf(digest);
		if (algorithm === undefined || verityDigest(bytes, algorithm) !== digest)
			throw new DamagedInput(`its image ${digest} is damaged`);
		return {tree: readImage(bytes).root, size: bytes.length};
	}
}
