import {randomUUID} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {PlannedPartition} from '../../../installer/disk/layout.ts';
import type {RootFileSystem} from '../../../installer/disk/layout-settings.ts';
import type {SinkTarget} from '../../../installer/sink/sink.ts';

const MiB = 1 << 20;

/** A disk as a sparse file with a root partition that begins at an odd place. */
export interface DiskFile extends Disposable {
	readonly target: SinkTarget;
	readonly root: PlannedPartition;
}

export function diskFile(fileSystem: RootFileSystem, rootSize: number, sectorSize = 512): DiskFile {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-disk-'));
	// A name that no tool may take apart.
	const file = path.join(folder, 'disk 1?.raw');
	const start = 3 * MiB;
	writeFileSync(file, '');
	truncateSync(file, start + rootSize + MiB);
	return {
		target: {
			path: file,
			sectorSize,
			mke2fsConfig: path.join(
				import.meta.dirname,
				'../../../image/root/usr/lib/slipway/mke2fs.conf',
			),
		},
		root: {
			role: 'root',
			number: 2,
			start,
			size: rootSize,
			type: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
			uuid: '5f1c0b6e-54ac-4f3b-8f5e-3a3a0c2b9d11',
			name: 'slipway-root-incomplete',
			finishedName: 'slipway-root',
			fileSystem: {
				type: fileSystem,
				// btrfs refuses one that is mounted anywhere on this machine.
				uuid: randomUUID(),
				label: 'slipway-root',
			},
		},
		[Symbol.dispose]: () => rmSync(folder, {recursive: true}),
	};
}

/** The file once for each loop device that it is attached to. */
export function attachments(file: string): string[] {
	return readdirSync('/sys/block').flatMap((name) => {
		try {
			const backing = readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').trim();
			return backing === file ? [backing] : [];
		} catch {
			// Not a loop device, or not attached.
			return [];
		}
	});
}
