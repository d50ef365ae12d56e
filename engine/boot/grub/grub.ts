import {isDiskFull} from '../../system/disk-full.ts';
import {unfinishedSuffix} from '../../system/durable-file.ts';
import type {BootLoader} from '../boot-loader.ts';
import {type BootPartition, runBootOperations} from '../boot-partition.ts';
import {bootLoaderOfEntries} from '../entries-boot-loader.ts';
import {readBootContents} from '../systemd-boot-contents.ts';
import {loaderSettings} from '../systemd-boot-files.ts';
import {planCounted, withCounted} from './attempts.ts';
import {parseEnvironment} from './environment-block.ts';
import {
	environmentFile,
	type GrubFiles,
	grubFolder,
	menuFile,
	planMenu,
	withMenu,
} from './grub-plan.ts';
import {menuMark} from './menu.ts';

/**
 * GRUB on `partition`, which it reads for a BIOS, with the loader entries that systemd-boot reads too: the
 * same disk may be started by either.
 */
export function grub(partition: BootPartition): BootLoader {
	const keepMenu = async (mayLag: boolean): Promise<void> => {
		const contents = await readBootContents(partition);
		for (const operation of planMenu(contents, await readGrubFiles(partition)))
			try {
				await runBootOperations(partition, [operation]);
			} catch (error) {
				// The environment block may still have room.
				if (!mayLag || !isDiskFull(error)) throw error;
			}
	};
	const settle = async (mayLag: boolean): Promise<void> => {
		const environment = parseEnvironment((await readGrubFiles(partition)).environment ?? '');
		const contents = await readBootContents(partition);
		await runBootOperations(partition, planCounted(contents, environment ?? new Map()));
		await keepMenu(mayLag);
	};
	return bootLoaderOfEntries(partition, {
		async look() {
			const {environment} = await readGrubFiles(partition);
			const contents = await readBootContents(partition);
			return withCounted(contents, parseEnvironment(environment ?? '') ?? new Map());
		},
		async change(plan, {mayLag = false} = {}) {
			// What GRUB boots must be what is known here before a kernel goes, and what it has counted too.
			await settle(mayLag);
			const contents = await readBootContents(partition);
			const operations = plan(contents);
			if (mayLag) {
				await runBootOperations(partition, operations);
				await keepMenu(mayLag);
				return;
			}
			await runBootOperations(
				partition,
				withMenu(contents, operations, await readGrubFiles(partition)),
			);
		},
		settle: () => settle(true),
	});
}

/** Whether a boot partition has a menu of GRUB's that slipway made. */
export async function hasGrub(partition: BootPartition): Promise<boolean> {
	try {
		return (await partition.readText(menuFile)).startsWith(menuMark);
	} catch {
		// Nothing that slipway made: no file, another's link, or a folder.
		return false;
	}
}

async function readGrubFiles(partition: BootPartition): Promise<GrubFiles> {
	const names = (await partition.list(grubFolder)).map(({name}) => `${grubFolder}/${name}`);
	// A short name may be there in capitals, whoever wrote it; FAT pays no heed to that.
	const isThere = (file: string): boolean => names.some((name) => name.toLowerCase() === file);
	const textOf = async (file: string): Promise<string | undefined> =>
		isThere(file) ? await partition.readText(file) : undefined;
	const settings = (await partition.list('loader')).some(
		({name}) => `loader/${name.toLowerCase()}` === loaderSettings,
	);
	return {
		menu: await textOf(menuFile),
		environment: await textOf(environmentFile),
		loaderSettings: settings ? await partition.readText(loaderSettings) : undefined,
		unfinished: names.filter((name) => name.endsWith(unfinishedSuffix)),
	};
}
