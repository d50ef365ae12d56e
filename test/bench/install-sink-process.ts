/**
 * node install-sink-process.ts mounted|unmounted CONTENT DISK MKE2FS_CONF: what `install-sink.ts`
 * measures. Writes the content that is serialised in a file to the root partition of a disk file.
 */
import {readFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {deserialize} from 'node:v8';
import {noProgress} from '../../engine/progress.ts';
import {hostSystem} from '../../engine/system/host.ts';
import type {SystemContent} from '../../installer/content.ts';
import type {PlannedPartition} from '../../installer/disk/layout.ts';
import {mountedSink} from '../../installer/sink/mounted.ts';
import {unmountedSink} from '../../installer/sink/unmounted.ts';
import {systemWithArchives} from '../host/trixie.ts';

const MiB = 1 << 20;

export const rootPartition: PlannedPartition = {
	role: 'root',
	number: 2,
	start: MiB,
	size: 1400 * MiB,
	type: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
	uuid: '5f1c0b6e-54ac-4f3b-8f5e-3a3a0c2b9d11',
	name: 'slipway-root-incomplete',
	finishedName: 'slipway-root',
	fileSystem: {
		type: 'ext4',
		uuid: '0b8c1a52-7a59-4f0a-9a6e-2d6a7a0c6a34',
		label: 'slipway-root',
	},
};

async function main([kind = '', contentFile = '', path = '', mke2fsConfig = '']: string[]) {
	const content: SystemContent = deserialize(readFileSync(contentFile));
	const disk = {path, sectorSize: 512, mke2fsConfig};
	const host = hostSystem();
	if (kind === 'mounted') {
		await mountedSink(host, disk).writeRoot(content, rootPartition, noProgress);
		return;
	}
	const archives = await systemWithArchives(host);
	if ('missing' in archives) throw new Error(archives.missing);
	await unmountedSink(archives.system, disk).writeRoot(content, rootPartition, noProgress);
	await using file = await open(path, 'r');
	await file.sync();
}

if (import.meta.main) await main(process.argv.slice(2));
