import type {Change} from '../../engine/deployment/content-changes.ts';
import type {DeploymentChanges} from '../../engine/deployment/deployment-changes.ts';
import type {PackageChanges} from '../../engine/packages/compare-packages.ts';
import {printableText} from '../../engine/tree/printable.ts';
import {formatCount, formatCounted, formatSize} from './format.ts';
import type {Row} from './status.ts';

/** `version 1 → 2, kernel 6.12.1 → 6.12.3, 12 packages upgraded, 1 added, 3 removed, +14 MiB`. */
export function summarizeChanges(changes: DeploymentChanges): string {
	const {isSameImage, version, kernelVersion, size, packages} = changes;
	if (isSameImage) return 'none, it is the same image';
	const parts = [
		...changeOf('version', version),
		...changeOf('kernel', kernelVersion),
		...(packages === null ? [] : countPackages(packages)),
		...(size === null ? [] : formatGrowth(size)),
	];
	return parts.length === 0 ? 'only the contents of files' : parts.join(', ');
}

/** What `slipway status` says of them. @param lists whether each package is named too */
export function changeRows(changes: DeploymentChanges, lists: boolean): Row[] {
	const {packages} = changes;
	const summary: Row = ['Changes', summarizeChanges(changes)];
	if (!lists || packages === null) return [summary];
	const {upgraded, downgraded, added, removed} = packages;
	return [
		summary,
		...upgraded.map((one): Row => ['Upgraded', `${printableText(one.name)} ${arrow(one)}`]),
		...downgraded.map((one): Row => ['Downgraded', `${printableText(one.name)} ${arrow(one)}`]),
		...added.map(({name, version}): Row => ['Added', printableText(`${name} ${version}`)]),
		...removed.map(({name, version}): Row => ['Removed', printableText(`${name} ${version}`)]),
	];
}

function changeOf(what: string, change: Change<string | null>): string[] {
	return change.from === change.to ? [] : [`${what} ${arrow(change)}`];
}

function arrow({from, to}: Change<string | null>): string {
	return `${printableText(from ?? 'none')} → ${printableText(to ?? 'none')}`;
}

/** The first that is named says of what it is the number. */
function countPackages({upgraded, downgraded, added, removed}: PackageChanges): string[] {
	const counts = [
		['upgraded', upgraded.length],
		['downgraded', downgraded.length],
		['added', added.length],
		['removed', removed.length],
	] as const;
	return counts
		.filter(([, count]) => count > 0)
		.map(([what, count], at) =>
			at === 0 ? `${formatCounted(count, 'package')} ${what}` : `${formatCount(count)} ${what}`,
		);
}

function formatGrowth({from, to}: Change<number>): string[] {
	if (from === to) return [];
	return [`${to > from ? '+' : '-'}${formatSize(Math.abs(to - from))}`];
}
