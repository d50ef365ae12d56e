/** What has to hold for the root of a machine, mounted anywhere. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import type {BootEntry} from '../../engine/boot/boot-loader.ts';
import {deploymentsByImage} from '../../engine/deployment/images-in-use.ts';
import {
	deploymentFolder,
	etcLayer,
	listDeployments,
} from '../../engine/deployment/state-directory.ts';
import {unreadableDeployments} from '../../engine/deployment/verify-machine.ts';
import {openStore} from '../../engine/store/store.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {etcNote, notesFolder, noteText} from './recorded-update.ts';

/** All that entries lead to is whole: deployments with their images, objects, records and /etc. */
export async function deploymentProblems(
	root: string,
	entries: readonly BootEntry[],
): Promise<string[]> {
	const deployments = await listDeployments(root);
	const set = {deployments, entries, bootedId: undefined};
	const store = openStore(hostSystem(), path.join(root, 'composefs'));
	const report = await store.verify({deployments: deploymentsByImage(deployments)});
	const known = new Set<string>(deployments.map(({id}) => id));
	return [
		...entries
			.filter(({deploymentId}) => !known.has(deploymentId))
			.map(({deploymentId}) => `deployment ${deploymentId} has no state`),
		...unreadableDeployments(set).map(({id, problem}) => `deployment ${id}: ${problem}`),
		...report.problems.map(({kind, path}) => `${path} is ${kind}`),
		...report.unusableLayers.map((layer) => `a record of a layer: ${JSON.stringify(layer)}`),
		...entries
			.filter((entry) => !hasEtc(root, entry))
			.map(({deploymentId}) => `deployment ${deploymentId} lacks its /etc`),
		...unreadableState(path.join(root, 'state')),
	];
}

/** Local changes are in its own upper layer, or still in that of the deployment it takes them over from. */
function hasEtc(root: string, {deploymentId}: BootEntry): boolean {
	const due = path.join(deploymentFolder(root, deploymentId), 'etc/from');
	const holder = existsSync(due) ? readFileSync(due, 'utf8').trim() : deploymentId;
	const note = path.join(etcLayer(root, holder), etcNote.name);
	return existsSync(note) && readFileSync(note, 'utf8') === etcNote.text;
}

/** Whatever slipway keeps there is JSON, and whole. */
function unreadableState(folder: string): string[] {
	return readdirSync(folder, {withFileTypes: true})
		.filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
		.flatMap(({name}) => {
			try {
				JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
				return [];
			} catch (error) {
				return [`${name}: ${error}`];
			}
		});
}

/** @param count how many notes have been synced; later ones may be there or not */
export function noteProblems(root: string, count: number): string[] {
	return Array.from({length: count}, (_, number) => number).flatMap((number) => {
		const file = path.join(root, notesFolder, String(number));
		if (!existsSync(file)) return [`note ${number} of ${count} is gone`];
		return readFileSync(file, 'utf8') === noteText(number) ? [] : [`note ${number} is damaged`];
	});
}
