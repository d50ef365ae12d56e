import type {BootLoader} from '../boot/boot-loader.ts';
import {keepRunningCopies, runningBootLoader} from '../boot/running-boot-loader.ts';
import {bootLimitSec, lockMachine} from '../deployment/machine-lock.ts';
import {physicalRoot} from '../deployment/read-status.ts';
import {recordBoot} from '../deployment/record-boot.ts';
import {recordRootEncryption} from '../deployment/root-encryption.ts';
import {announceAfterSoftBoot, countSoftBoot} from '../deployment/soft-boot.ts';
import {openWritableRoot} from '../deployment/writable-root.ts';
import type {System} from '../system/system.ts';
import {quarantineOnDisk} from './quarantine.ts';

/** Records how this boot came about; images that failed to boot are not brought again by the updater. */
export async function recordRunningBoot(system: System): Promise<void> {
	const bootLoader = await runningBootLoader(system);
	try {
		await settleEntries(system, bootLoader);
		await keepRunningCopies(system);
		await countSoftBoot(system, bootLoader);
	} finally {
		// What the boot loader has counted is seen without it being in the entries.
		await recordBoot(bootLoader, {
			quarantine: async (failed) => {
				using root = openWritableRoot(system);
				await quarantineOnDisk(root.path, failed, system.now());
			},
		});
		await announceAfterSoftBoot(system);
		await recordRootEncryption(system, physicalRoot);
	}
}

/**
 * Where the boot loader counts attempts beside the entries, they have them before anybody reads those.
 * @throws Refused `machine-busy` when somebody else changes the machine all the while
 */
async function settleEntries(
	system: Pick<System, 'lock'>,
	bootLoader: Pick<BootLoader, 'settle'>,
): Promise<void> {
	if (bootLoader.settle === undefined) return;
	using _lock = await lockMachine(system, {name: 'slipway status', limitSec: bootLimitSec});
	await bootLoader.settle();
}
