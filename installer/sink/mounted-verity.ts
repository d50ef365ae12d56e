import {unlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Lacking, OperationFailed} from '../../engine/errors.ts';
import type {FsVerityAlgorithm, System} from '../../engine/system/system.ts';
import type {SystemContent} from '../content.ts';
import {type VerityFile, verityFiles} from './root-files.ts';
import type {RootVerity} from './sink.ts';

/** Asks the kernel for fs-verity on a file of its own, for only that tells. */
export function chooseVerity(
	system: System,
	mountPoint: string,
	algorithm: FsVerityAlgorithm,
): RootVerity {
	const probe = path.join(mountPoint, 'fs-verity-probe');
	writeFileSync(probe, 'x');
	try {
		system.enableVerity(probe, algorithm);
		return 'kernel';
	} catch (error) {
		if (!(error instanceof Lacking)) throw error;
		return 'unavailable';
	} finally {
		unlinkSync(probe);
	}
}

/**
 * Has the kernel hash what was written, and so checks it. The files should be on the medium: each call
 * waits until its own is.
 * @throws OperationFailed `changed-file`
 */
export async function enableVerity(
	system: System,
	mountPoint: string,
	content: SystemContent,
): Promise<void> {
	const files = [...verityFiles(content)];
	const placeOf = (file: VerityFile) => `${mountPoint}/${file.path}`;
	await system.enableVerityOnAll(files.map(placeOf), content.algorithm);
	for (const file of files) {
		const measured = system.measureVerity(placeOf(file))?.digest;
		if (measured === file.verityDigest) continue;
		throw new OperationFailed(
			'changed-file',
			`${file.path} was written with the fs-verity digest ${measured ?? 'none'}`,
			{hint: 'Something changes the files that are being read, or the disk is bad; try again.'},
		);
	}
}
