import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type DirectoryEntry, directoryBlocks} from '../../../installer/sink/ext4-directory.ts';

const test = suite('folders of ext4');

interface ReadEntry {
	readonly inode: number;
	readonly size: number;
	readonly type: number;
	readonly name: string;
}

/** As a kernel reads a block. */
function readBlock(block: Buffer): ReadEntry[] {
	const entries: ReadEntry[] = [];
	for (let at = 0; at < block.length; at += block.readUInt16LE(at + 4)) {
		const length = block.readUInt8(at + 6);
		entries.push({
			inode: block.readUInt32LE(at),
			size: block.readUInt16LE(at + 4),
			type: block.readUInt8(at + 7),
			name: block.toString('latin1', at + 8, at + 8 + length),
		});
	}
	return entries;
}

test('begin with themselves and their parent, and end with room for a checksum', () => {
	const entries: DirectoryEntry[] = [
		{name: 'file', inode: 20, type: 'file'},
		{name: 'link\xff', inode: 21, type: 'symlink'},
	];
	const [block = Buffer.alloc(0), ...others] = directoryBlocks(12, 2, entries);
	assert.is(others.length, 0);
	assert.equal(readBlock(block), [
		{inode: 12, size: 12, type: 2, name: '.'},
		{inode: 2, size: 12, type: 2, name: '..'},
		{inode: 20, size: 12, type: 1, name: 'file'},
		{inode: 21, size: 4048, type: 7, name: 'link\xff'},
		{inode: 0, size: 12, type: 0xde, name: ''},
	]);
});

test('have as many blocks as it takes, and no entry over the end of one', () => {
	const entries = Array.from({length: 100}, (_, index): DirectoryEntry => {
		const name = String(index).padStart(255, 'n');
		return {name, inode: 100 + index, type: 'directory'};
	});
	const blocks = directoryBlocks(2, 2, entries);
	assert.is(blocks.length, 7);
	const read = blocks.flatMap((block) => readBlock(block).slice(0, -1));
	assert.equal(
		read.slice(2).map(({name, inode}) => ({name, inode, type: 'directory'})),
		entries,
	);
});

test.run();
