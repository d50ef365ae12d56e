import {comparePackages, type PackageChanges} from '../packages/compare-packages.ts';
import type {Inventory} from './take-inventory.ts';

export interface Change<Value> {
	readonly from: Value;
	readonly to: Value;
}

/** How what one image holds differs from what another does. It is JSON as it is. */
export interface ContentChanges {
	/** Bytes that image and objects have in the store. */
	readonly size: Change<number>;
	/** Null unless both have the same kind of package database, and it could be read. */
	readonly packages: PackageChanges | null;
}

export function contentChanges(before: Inventory, after: Inventory): ContentChanges {
	return {
		size: {from: before.size, to: after.size},
		packages:
			(before.packages && after.packages && comparePackages(before.packages, after.packages)) ??
			null,
	};
}

/** The same of the way back. */
export function reverseChanges({size, packages}: ContentChanges): ContentChanges {
	return {size: reverse(size), packages: packages && reversePackages(packages)};
}

function reversePackages({added, removed, upgraded, downgraded}: PackageChanges): PackageChanges {
	return {
		added: removed,
		removed: added,
		upgraded: downgraded.map((one) => ({...one, ...reverse(one)})),
		downgraded: upgraded.map((one) => ({...one, ...reverse(one)})),
	};
}

function reverse<Value>({from, to}: Change<Value>): Change<Value> {
	return {from: to, to: from};
}
