import {closeSync, openSync, readSync} from 'node:fs';
import {verityAlgorithms} from '../../../engine/erofs/fs-verity.ts';
import type {FsVerityAlgorithm, System} from '../../../engine/system/system.ts';
import type {SystemContent} from '../../../installer/content.ts';
import {type VerityFile, verityFiles} from '../../../installer/sink/root-files.ts';
import {merkleTreeSize, verityLayout} from '../../../installer/sink/verity-layout.ts';

/** What ext4 holds of a file's fs-verity. */
export interface VerityOnDisk {
	readonly path: string;
	/** As debugfs writes them. */
	readonly flags: string;
	/** The blocks behind the content: tree and descriptor. */
	readonly tail: Buffer;
}

const blockSize = 4096;

/** Reads it block by block, past the file system's own idea of where each file ends. */
export async function readVerity(
	system: System,
	device: string,
	content: SystemContent,
): Promise<VerityOnDisk[]> {
	const files = [...verityFiles(content)];
	const commands = files.map(({path}) => `stat /${path}\nblocks /${path}\n`).join('');
	const {stdout} = await system.run('debugfs', ['-f', '-', device], {
		input: commands,
	});
	const answers = stdout.split(/^debugfs: stat .*\n/m).slice(1);
	return files.map((file, index) => {
		const [stat = '', blocks = ''] = (answers[index] ?? '').split(/^debugfs: blocks .*\n/m);
		const tailBlocks = tailSizeOf(file, content.algorithm) / blockSize;
		const numbers = blocks.trim().split(/\s+/).map(Number);
		return {
			path: file.path,
			flags: /Flags: (0x[0-9a-f]+)/.exec(stat)?.[1] ?? '',
			tail: readBlocks(device, numbers.slice(-tailBlocks)),
		};
	});
}

function tailSizeOf({size}: VerityFile, algorithm: FsVerityAlgorithm): number {
	const {treeOffset, end} = verityLayout(
		size,
		merkleTreeSize(size, verityAlgorithms[algorithm].digestSize),
	);
	return end - treeOffset;
}

function readBlocks(device: string, numbers: readonly number[]): Buffer {
	const file = openSync(device, 'r');
	try {
		return Buffer.concat(
			numbers.map((number) => {
				const block = Buffer.alloc(blockSize);
				readSync(file, block, 0, blockSize, number * blockSize);
				return block;
			}),
		);
	} finally {
		closeSync(file);
	}
}
