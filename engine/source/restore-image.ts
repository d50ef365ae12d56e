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
	const staleRecord = usesRecord && record?.isCurrent === false ? record : undefined;
	const all: (Finding | false | undefined)[] = [
		staleRecord && findings.staleRecord(staleRecord.outdated),
		unseen.length > 0 && findings.unseen(unseen),
		!devicesAreKnown(view, record) && findings.notUnpacked(),
		unknownTimes.length > 0 && findings.unknownTimes(unknownTimes),
		changed.length > 0 && findings.changed(changed),
	];
	return all.filter((finding) => typeof finding === 'object');
}

function devicesAreKnown(view: ContainerView, record: UsableRecord | undefined): boolean {
	return !view.isRootless || (record !== undefined && !record.hidden.includes('/dev'));
}
