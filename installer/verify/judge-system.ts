import type {BootArchitecture} from '../../engine/boot/architecture.ts';
import {verityAlgorithmOf} from '../../engine/erofs/fs-verity.ts';
import {DamagedInput, Refused, UsageError} from '../../engine/errors.ts';
import {storeLayout} from '../../engine/store/layout.ts';
import type {DiskManifest} from '../output/manifest/manifest.ts';
import {storeName} from '../sink/root-files.ts';
import type {DiskRoot} from './disk-root.ts';
import {argumentsOf, bootObjects, expectedBoot, unlessDamaged} from './expected-boot.ts';
import {expectedRoot} from './expected-root.ts';
import {findDeployments, originPath, type ReadableFoundDeployment} from './find-deployments.ts';
import type {DiskHashing} from './hashing/hash-on-disk.ts';
import {type BootFileSystem, judgeBoot} from './judge-boot.ts';
import {judgeRoot} from './judge-root.ts';
import {findLayers, wrongLayers} from './layers.ts';
import {type ManifestPlaces, manifestPlaces} from './manifest-places.ts';
import {textOfPath} from './place-names.ts';
import type {Finding} from './report.ts';
import {notInstalled} from './root-partition.ts';

const store = storeLayout(storeName);

/** A system as it was read from a disk. */
export interface FoundSystem {
	readonly root: DiskRoot;
	/** Of the partition with the root. */
	readonly rootNumber: number;
	readonly boots: readonly BootFileSystem[];
	readonly architecture: BootArchitecture;
	readonly manifest: DiskManifest | undefined;
	/** Name of the disk, for errors. */
	readonly disk: string;
}

export interface JudgedSystem {
	readonly deployments: readonly ReadableFoundDeployment[];
	readonly findings: readonly Finding[];
	/** Of contents that were hashed. */
	readonly bytes: number;
}

/**
 * Compares all files of root and boot partitions with what deployments and manifest make them. Of a
 * deployment that cannot be read nobody knows what belongs to it: then that alone is found.
 * @throws Refused `no-installation`
 * @throws DamagedInput for an image that could not have been installed
 */
export async function judgeSystem(
	{root, rootNumber, boots, architecture, manifest, disk}: FoundSystem,
	hashing: DiskHashing,
): Promise<JudgedSystem> {
	const {deployments, findings} = findDeployments(root);
	const onRoot = (found: readonly Finding[]) =>
		found.map((finding) => ({...finding, partition: rootNumber}));
	if (findings.length > 0) return {deployments, findings: onRoot(findings), bytes: 0};
	const [first] = deployments;
	if (first === undefined) throw notInstalled(disk, 'its root has no deployment');
	const told = manifestPlaces(manifest);
	const algorithm = verityAlgorithmOf(first.imageDigest) ?? 'sha256';
	return await explainUnfit(async () => {
		const wantsSha256 = bootObjects(deployments, architecture);
		const {layers, findings: ofLayers} = findLayers(root, deployments);
		const places = expectedRoot(deployments, layers);
		const judged = await judgeRoot(root, {places, told, wantsSha256, algorithm}, hashing);
		const expected = await expectedBoot(deployments, {
			root,
			architecture,
			sha256: judged.sha256,
			commandLines: new Map(
				manifest && [[manifest.deployment.id, manifest.deployment.commandLine]],
			),
		});
		return {
			deployments,
			findings: [
				...(await judgeBoot(boots, {expected, manifest, algorithm}, hashing)),
				...onRoot(judged.findings),
				...onRoot(ofLayers),
				// What is wrong with an object is wrong with all layers that have it.
				...(judged.findings.some(({path}) => path.startsWith(store.objects))
					? []
					: onRoot(wrongLayers(root, layers))),
				...onRoot(await argumentFindings(deployments, root, architecture, told)),
			],
			bytes: judged.bytes,
		};
	});
}

/** Kernel arguments that neither the image brings nor the installation was given. */
async function argumentFindings(
	deployments: readonly ReadableFoundDeployment[],
	root: DiskRoot,
	architecture: BootArchitecture,
	told: ManifestPlaces,
): Promise<Finding[]> {
	const findings: Finding[] = [];
	for (const deployment of deployments) {
		const {id, origin} = deployment;
		const path = originPath(id);
		const wanted = await unlessDamaged(() => argumentsOf(deployment, root, architecture));
		const isSame =
			wanted === undefined || JSON.stringify(wanted) === JSON.stringify(origin.kernelArguments);
		if (isSame || told.at(path) !== undefined) continue;
		const problem = 'has kernel arguments that are neither of the image nor given when it was made';
		findings.push({kind: 'changed', path: textOfPath(path), problem});
	}
	return findings;
}

/** What no installation takes is no fault of who verifies. */
async function explainUnfit<Result>(work: () => Promise<Result>): Promise<Result> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof Refused || error instanceof UsageError)) throw error;
		throw new DamagedInput(`the image on the disk cannot have been installed: ${error.message}`, {
			hint: 'Make the disk again.',
			cause: error,
		});
	}
}
