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
import {mountedSink} from '../../installer/sink/mounted.ts';
import {unmountedSink} from '../../installer/sink/unmounted.ts';
import {systemWithArchives} from '../host/trixie.ts';
import {rootPartition} from './install-sink-root.ts';

const [kind = '', contentFile = '', path = '', mke2fsConfig = ''] = process.argv.slice(2);
const content: SystemContent = deserialize(readFileSync(contentFile));
const disk = {path, sectorSize: 512, mke2fsConfig};
const host = hostSystem();
if (kind === 'mounted') {
	await mountedSink(host, disk).writeRoot(content, rootPartition, noProgress);
} else {
	const archives = await systemWithArchives(host);
	if ('missing' in archives) throw new Error(archives.missing);
	await unmountedSink(archives.system, disk).writeRoot(content, rootPartition, noProgress);
	await using file = await open(path, 'r');
	await file.sync();
}
