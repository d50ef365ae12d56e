/** A disk that a BIOS starts, as far as bytes tell: a plain file, which needs no privileges. */
import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {coreSectorOf, placedBoot, placedCore} from '../../engine/boot/grub/boot-images.ts';
import {compareGrub, writeGrub} from '../../engine/boot/grub/write-grub.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {readContent} from '../../installer/disk/content.ts';
import {planLayout, tableOf} from '../../installer/disk/layout.ts';
import {
	readPartitionTable,
	renamePartition,
	writePartitionTable,
} from '../../installer/disk/sfdisk.ts';
import {MiB} from '../../installer/disk/size.ts';
import {partitionOfRole} from '../../installer/plan.ts';
import {grubImages} from '../engine/boot/grub/grub-images.ts';

const test = suite('a disk for a BIOS');
const system = hostSystem();

/** Of the entry that protects the GPT. */
const flagOf = (first: Buffer) => first[446];

for (const isActive of [false, true])
	test(`keeps GRUB in its first sector when the table is changed after it, ${isActive ? 'with' : 'without'} the mark that it is active`, async () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bios-'));
		try {
			const disk = {path: path.join(folder, 'disk.raw'), sectorSize: 512};
			writeFileSync(disk.path, '');
			truncateSync(disk.path, 512 * MiB);
			const layout = planLayout({
				diskSize: 512 * MiB,
				sectorSize: 512,
				sizes: {rootBytes: 10 * MiB, rootInodes: 1000, bootBytes: MiB, loaderBytes: 0, varBytes: 0},
				settings: {
					rootFileSystem: 'ext4',
					espSize: undefined,
					firmware: isActive ? 'bios' : 'both',
				},
				architecture: 'x86-64',
				seed: 'fixed',
			});
			const {biosBoot} = layout;
			assert.ok(biosBoot);
			await writePartitionTable(system, disk, tableOf(layout));
			const images = grubImages();
			await writeGrub(disk.path, biosBoot, images, {isActive});
			const root = partitionOfRole(layout, 'root');
			await renamePartition(system, disk, root.number, root.finishedName);
			const bytes = readFileSync(disk.path);
			const first = bytes.subarray(0, 512);
			assert.is(coreSectorOf(first), biosBoot.start / 512);
			assert.ok(first.equals(placedBoot(images.boot, first, biosBoot.start / 512)));
			assert.is(bytes.indexOf(placedCore(images.core, 2048)), MiB);
			assert.is(flagOf(first), isActive ? 0x80 : 0);
			assert.is(await compareGrub(disk.path, images), 'same');
			const table = await readPartitionTable(system, disk);
			assert.equal(
				table?.partitions.map(({number, name}) => [number, name]),
				[
					[1, 'slipway-bios'],
					[2, 'slipway-esp'],
					[3, 'slipway-root'],
				],
			);
			const content = await readContent(system, {...disk, size: 512 * MiB});
			assert.equal(content.signatures, []);
			// As an update brings another GRUB.
			await writeGrub(disk.path, biosBoot, grubImages(2));
			assert.is(flagOf(readFileSync(disk.path)), isActive ? 0x80 : 0);
		} finally {
			rmSync(folder, {recursive: true});
		}
	});

test.run();
