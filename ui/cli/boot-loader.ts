import type {GrubDecision} from '../../engine/boot/grub/update-grub.ts';
import type {LoaderDecision} from '../../engine/boot/loader-update.ts';
import type {BootLoaderUpdate} from '../../engine/deployment/update-boot-loader.ts';

/** What happened to each copy of the boot loader, or would. */
export function formatBootLoaderUpdate(
	update: BootLoaderUpdate,
	{dryRun}: {readonly dryRun: boolean},
): string[] {
	const {isGood, copies, grub} = update;
	const isDone = isGood && !dryRun;
	// A disk that only a BIOS starts.
	const isGrubAlone = grub !== undefined && copies.every(({state}) => state === 'missing');
	const isWaiting = !isGood && [...copies, grub].some((one) => one?.replace === true);
	return [
		...(isGrubAlone ? [] : formatCopies(update, isDone)),
		...(grub === undefined ? [] : [formatGrub(grub, isDone)]),
		...(isWaiting ? ['nothing is changed before this deployment is known to be good'] : []),
	];
}

function formatCopies({offered, copies}: BootLoaderUpdate, isDone: boolean): string[] {
	if (offered === undefined) return ['the image has no systemd-boot to follow'];
	const replaced = copies.filter(({replace}) => replace);
	return [
		...copies.flatMap((copy) =>
			copy.replace ? formatReplaced(copy, {offered, isDone}) : formatKept(copy),
		),
		...(replaced.length === 0 ? [`nothing to update: the image has ${offered}`] : []),
	];
}

function formatGrub({path, state}: GrubDecision, isDone: boolean): string {
	switch (state) {
		case 'same':
			return `as in the image: GRUB on ${path}`;
		case 'other':
			return `${isDone ? 'updated' : 'would update'}: GRUB on ${path}`;
		case 'foreign':
			return `left alone: GRUB on ${path}, which slipway did not put there`;
	}
}

function formatReplaced(
	{path, state, version}: LoaderDecision,
	{offered, isDone}: {readonly offered: string; readonly isDone: boolean},
): string[] {
	if (state === 'older')
		return [`${isDone ? 'updated' : 'would update'}: ${path} from ${version} to ${offered}`];
	return [`${isDone ? 'wrote' : 'would write'}: ${path}, ${offered}, for it is ${state}`];
}

function formatKept({path, state, version}: LoaderDecision): string[] {
	switch (state) {
		case 'missing':
			return [];
		case 'damaged':
			return [`left alone: ${path}, which nothing can start`];
		case 'newer':
			return [`left alone: ${path}, ${version}, newer than the image's`];
		case 'signed':
			return [`left alone: ${path}, ${version}, which is signed; the image's is not`];
		case 'foreign':
			return [`left alone: ${path}, which is not systemd-boot for this machine`];
		case 'older':
		case 'same':
			return [`as in the image: ${path}, ${version}`];
	}
}
