import type {ContainerView} from './container-view.ts';
import {type Finding, findings} from './findings.ts';
import {removeFoldersAbove, removeInjected} from './remove-injected.ts';
import {restoreDevices, restoreHidden, settleUnrecorded} from './restore-hidden.ts';
import {restoreTimes} from './restore-times.ts';
import {lookUp} from './tree-path.ts';
import type {UsableRecord} from './usable-record.ts';

/**
 * Turns the tree that a container shows into the one that its image's layers make, in place.
 * @returns why the result may be another; nothing when it is the same
 * @throws Refused `hidden-content` when a volume hides something of the image
 */
export function restoreImage(view: ContainerView, record: UsableRecord | undefined): Finding[] {
	const {root} = view.tree;
	const unrecorded = restoreHidden(view, record);
	restoreDevices(view, record);
	const removed = removeInjected(view, record);
	const {missing, unseen} = settleUnrecorded(view, record, unrecorded);
	const touched = removeFoldersAbove(view, record, [...removed, ...missing, ...unseen]);
	const unknownTimes = restoreTimes(root, record, touched);
	const changed = [...view.recent.keys()].filter(
		(path) => path !== '/run' && !touched.has(path) && lookUp(root, path) !== undefined,
	);
	const usesRecord = !view.seesUnderMounts || view.isRootless || touched.size > 0;
	const outdated = usesRecord && record !== undefined ? record.outdated : [];
	const all = [
		[outdated, findings.staleRecord],
		[unseen, findings.unseen],
		[devicesAreKnown(view, record) ? [] : ['/dev'], findings.notUnpacked],
		[unknownTimes, findings.unknownTimes],
		[changed, findings.changed],
	] as const;
	return all.flatMap(([paths, describe]) => (paths.length === 0 ? [] : describe(paths)));
}

function devicesAreKnown(view: ContainerView, record: UsableRecord | undefined): boolean {
	return !view.isRootless || (record !== undefined && !record.hidden.includes('/dev'));
}
