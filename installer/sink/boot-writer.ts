import path from 'node:path';
import type {BootFile, BootPartition} from '../../engine/boot/boot-partition.ts';
import {systemdBoot} from '../../engine/boot/systemd-boot.ts';
import {kernelsFolder} from '../../engine/boot/systemd-boot-contents.ts';
import {isLoaderFile} from '../../engine/boot/systemd-boot-files.ts';
import type {System} from '../../engine/system/system.ts';
import {sourceSize} from '../content.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import type {BootTarget} from './boot-places.ts';
import {openBoot} from './open-boot.ts';
import type {Sink} from './sink.ts';

/** Fills boot partitions. */
export function bootWriter(system: System, disk: DiskTarget): Pick<Sink, 'writeBoot' | 'finish'> {
	return {
		async writeBoot({bootFiles}, {esp, boot}) {
			const isOnEsp = (file: BootFile) => esp === boot || isLoaderFile(file);
			await write(esp, bootFiles.filter(isOnEsp));
			if (esp !== boot)
				await write(
					boot,
					bootFiles.filter((file) => !isOnEsp(file)),
				);
		},
		async finish({bootEntries}, boot) {
			using open = openBoot(system, disk, boot);
			await writeBootEntries(open.files, bootEntries);
		},
	};

	async function write(target: BootTarget, files: readonly BootFile[]): Promise<void> {
		using open = openBoot(system, disk, target);
		if (!target.isShared) {
			await open.files.write(files);
			await open.files.sync();
			return;
		}
		// What an installation has left that was killed.
		await systemdBoot(open.files).sweep();
		const missing = await missingFiles(open.files, files);
		if (!open.isCrashSafe) await writeBootEntries(open.files, missing);
		else await open.files.write(missing);
		await open.files.sync();
	}
}

/**
 * Writes files such as loader entries; none of them counts before all of it, and those in front of it, are on the
 * medium.
 */
export async function writeBootEntries(
	partition: BootPartition,
	files: readonly BootFile[],
): Promise<void> {
	if (files.length === 0) return;
	// On FAT a name comes before its content is there in whole: it must not be the final one yet.
	const fresh = (place: string) => `${place}.new`;
	await partition.write(files.map((file) => ({...file, path: fresh(file.path)})));
	await partition.sync();
	for (const {path: place} of files) {
		await partition.rename(fresh(place), place);
		await partition.sync();
	}
}

/** What is there stays: it is somebody's, but for kernels of slipway, whose names say what is in them. */
async function missingFiles(
	partition: BootPartition,
	files: readonly BootFile[],
): Promise<readonly BootFile[]> {
	const missing: BootFile[] = [];
	for (const file of files) {
		const found = (await partition.list(path.dirname(file.path))).find(
			({name}) => name.toLowerCase() === path.basename(file.path).toLowerCase(),
		);
		const isTorn =
			file.path.startsWith(`${kernelsFolder}/`) && found?.size !== sourceSize(file.source);
		if (found === undefined || isTorn) missing.push(file);
	}
	return missing;
}
