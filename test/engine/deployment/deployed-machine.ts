/** A machine in a folder: physical root with images and deployments, and what its kernel says of itself. */
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {BootEntry} from '../../../engine/boot/boot-loader.ts';
import {recordBootState} from '../../../engine/boot/boot-state.ts';
import type {ReadableDeployment} from '../../../engine/deployment/deployment.ts';
import {writeOrigin} from '../../../engine/deployment/state-directory.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {importDirectory} from '../../../engine/store/import-directory.ts';
import {createStore} from '../../../engine/store/store.ts';
import {unsyncedSystem, writeTree} from '../store/fixture.ts';
import {sampleDeployment} from './samples.ts';

/** Puts an image of these files into the machine's store; gives its digest. */
export async function addImage(
	root: string,
	files: Readonly<Record<string, string | Buffer>>,
): Promise<string> {
	const source = path.join(root, 'source');
	rmSync(source, {recursive: true, force: true});
	mkdirSync(source, {recursive: true});
	writeTree(source, files);
	// The store's own folder is for root alone, the physical root is not.
	mkdirSync(path.join(root, 'sysroot'), {recursive: true});
	const store = createStore(unsyncedSystem, path.join(root, 'sysroot/composefs'));
	await using writer = await store.write();
	const tree = await importDirectory(unsyncedSystem, writer, source);
	const digest = writer.addImage(writeImage(tree.root, {flavour: 'rs', version: 1}));
	await writer.commit();
	return digest;
}

/** Makes a deployment of an image; local changes to its /etc are for the caller to make. */
export async function deploy(
	root: string,
	serial: number,
	digest: string,
	etc: Pick<ReadableDeployment, 'etcDueFrom'> & {readonly etcFrom?: string} = {},
): Promise<void> {
	const {etcFrom, ...due} = etc;
	const imageVerity = {algorithm: 'sha256', digest} as const;
	const origin = {imageVerity, ...(etcFrom !== undefined && {etcFrom})};
	await writeOrigin(path.join(root, 'sysroot'), {...sampleDeployment(serial, origin), ...due});
}

/** What the kernel and root's last look at the boot partition tell. */
export async function boot(
	root: string,
	serial: number,
	entries: readonly BootEntry[],
): Promise<void> {
	mkdirSync(path.join(root, 'proc'), {recursive: true});
	const {id, origin} = sampleDeployment(serial);
	const commandLine = `root=UUID=1 rw composefs=${origin.imageVerity.digest} slipway=${id}\n`;
	writeFileSync(path.join(root, 'proc/cmdline'), commandLine);
	await recordBootState(
		{list: async () => ({entries, foreign: [], damaged: []})},
		path.join(root, 'run/slipway/boot.json'),
	);
}
