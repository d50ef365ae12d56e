import type {System} from '../../engine/system/system.ts';
import type {SharedLayout} from '../disk/beside/table-steps.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {openBoot} from './open-boot.ts';

/** Removes loader entries whose partitions are gone: nothing may start them before the new one. */
export async function removeDeadEntries(
	system: System,
	disk: DiskTarget,
	{beside}: SharedLayout,
): Promise<void> {
	for (const {number, start, size} of beside.kept) {
		const dead = beside.deadEntries.filter(({partition}) => partition === number);
		if (dead.length === 0) continue;
		using open = openBoot(system, disk, {start, size, isShared: true});
		for (const {path} of dead) await open.files.remove(path);
		await open.files.sync();
	}
}
