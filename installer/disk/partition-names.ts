/** Partition names of an installation: the root has its final one once all but the loader entry is there. */
export const partitionNames = {
	esp: 'slipway-esp',
	root: 'slipway-root',
	unfinishedRoot: 'slipway-root-incomplete',
	biosBoot: 'slipway-bios',
} as const;

const ownNames: ReadonlySet<string> = new Set(Object.values(partitionNames));

const unfinishedSuffix = '-incomplete';

/** GPT keeps 36 characters. */
const maxLength = 36 - unfinishedSuffix.length;

/** The final name of a partition for one of the other purposes: `xbootldr`, `swap`, a mount point. */
export function furtherName(purpose: string): string {
	return `slipway-${purpose.replace(/^\//, '').replace(/[^A-Za-z0-9._-]/g, '-')}`.slice(
		0,
		maxLength,
	);
}

/** Until all is written, so that nobody takes it for somebody's data. */
export function unfinishedName(name: string): string {
	return `${name}${unfinishedSuffix}`;
}

/** Whether an installation that did not come to its end has made a partition of this name. */
export function isUnfinishedName(name: string): boolean {
	return /^slipway-.+-incomplete$/.test(name);
}

/**
 * Whether an installation that takes a whole disk gives a partition this name before it is finished. Further
 * ones get their final names only then: with one of those, a partition is somebody's data.
 */
export function isOwnName(name: string): boolean {
	return ownNames.has(name) || isUnfinishedName(name);
}
