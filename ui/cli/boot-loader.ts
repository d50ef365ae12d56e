import type {LoaderDecision} from '../../engine/boot/loader-update.ts';
import type {BootLoaderUpdate} from '../../engine/deployment/update-boot-loader.ts';

/** What happened to each copy of the boot loader, or would. */
export function formatBootLoaderUpdate(
	{offered, isGood, copies}: BootLoaderUpdate,
	{dryRun}: {readonly dryRun: boolean},
): string[] {
	if (offered === undefined) return ['the image has no systemd-boot to follow'];
	const isDone = isGood && !dryRun;
	const replaced = copies.filter(({replace}) => replace);
	return [
		...copies.flatMap((copy) =>
			copy.replace ? formatReplaced(copy, {offered, isDone}) : formatKept(copy),
		),
		...(replaced.length === 0 ? [`nothing to update: the image has ${offered}`] : []),
		...(replaced.length > 0 && !isGood
			? ['nothing is changed before this deployment is known to be good']
			: []),
	];
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
