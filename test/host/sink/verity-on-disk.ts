import {closeSync, openSync, readSync} from 'node:fs';
import type {System} from '../../../engine/system/system.ts';
import type {SystemContent} from '../../../installer/content.ts';
import {layoutOf} from '../../../installer/sink/file-pieces.ts';
import {verityFiles} from '../../../installer/sink/root-files.ts';

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
		const {treeOffset, end} = layoutOf(file, content.algorithm);
		const numbers = blocks.trim().split(/\s+/).map(Number);
		return {
			path: file.path,
			flags: /Flags: (0x[0-9a-f]+)/.exec(stat)?.[1] ?? '',
			tail: readBlocks(device, numbers.slice(-(end - treeOffset) / blockSize)),
		};
	});
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
