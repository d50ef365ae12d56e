/**
 * Something on a disk that is not what its image, its boot files and its manifest make it:
 * - `extra`: nothing says that it should be there
 * - `changed`: it is not what it should be
 * - `missing`: it should be there
 * - `damaged`: it cannot be read, or contradicts itself
 */
export interface Finding {
	readonly kind: 'extra' | 'changed' | 'missing' | 'damaged';
	/** Number of its partition; left out for what is in none. */
	readonly partition?: number;
	/** From the root of its file system, as text; what it is, where it is no file. */
	readonly path: string;
	/** For people, as a phrase that follows the path. */
	readonly problem: string;
}

/** A deployment as the disk has it. */
export interface DeploymentSummary {
	readonly id: string;
	/** What updates are pulled from. */
	readonly image: string | undefined;
	/** fs-verity digest of the composefs image: what `slipway digest` gives for the image it was made of. */
	readonly imageDigest: string;
	/** Those that the installation was given. */
	readonly givenKernelArguments: readonly string[];
}

export interface DiskReport {
	readonly path: string;
	readonly format: 'raw' | 'qcow2';
	/** Of the disk, in bytes. */
	readonly size: number;
	/** Whether there was a manifest to compare with. */
	readonly hasManifest: boolean;
	readonly deployments: readonly DeploymentSummary[];
	/** Files that were looked at, on all partitions. */
	readonly files: number;
	/** Those of them that are objects. */
	readonly objects: number;
	/** Bytes that were read and hashed. */
	readonly bytes: number;
	readonly findings: readonly Finding[];
}
