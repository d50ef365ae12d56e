/** Room that what is removed first gives back: what an earlier run has left, that was killed or came to its end. */
import path from 'node:path';
import {planSweep} from '../../engine/boot/systemd-boot-plan.ts';
import type {BootContentsBefore} from './boot-contents.ts';
import {type Removal, removeBelow} from './remove-below.ts';
import type {RootTarget} from './root-target.ts';
import {ownNames, unfinishedFolder} from './target-names.ts';

/** A root target with what is free once the leftovers of an earlier run are gone. */
export async function withReclaimed(root: RootTarget): Promise<RootTarget> {
	const {realPath, names, freeBytes, freeInodes} = root;
	const places = [
		...ownNames.map((name) => path.join(unfinishedFolder, name)),
		...names.leftover,
	].map((name) => path.join(realPath, name));
	const removals: Removal[] = [];
	for (const place of places) removals.push(await removeBelow(place, {dryRun: true}));
	const sum = (of: (one: Removal) => number) => removals.reduce((all, one) => all + of(one), 0);
	return {
		...root,
		freeBytes: freeBytes + sum(({bytes}) => bytes),
		freeInodes: freeInodes === undefined ? undefined : freeInodes + sum(({files}) => files),
	};
}

/**
 * Bytes of kernels that no entry names.
 * @param staleEntries paths of entries that are removed before
 */
export function sweptBytes(
	{entries, kernels}: Pick<BootContentsBefore, 'entries' | 'kernels'>,
	staleEntries: readonly string[],
): number {
	const without = staleEntries.map((file) => path.basename(file));
	return planSweep({entryTexts: entries, kernels, unfinished: []}, {without})
		.flatMap((operation) => (operation.kind === 'remove' ? path.basename(operation.path) : []))
		.flatMap((folder) => [...(kernels.get(folder)?.values() ?? [])])
		.reduce((sum, size) => sum + size, 0);
}
