import {readExt4} from '../../../installer/verify/ext4/read-ext4.ts';
import {readFat} from '../../../installer/verify/fat/read-fat.ts';
import {openRaw} from '../../../installer/verify/medium/raw.ts';
import {storedContent} from '../../../installer/verify/stored-content.ts';
import type {MadeDisk} from './made-disk.ts';

/** Where a file's content begins on the disk. */
export interface FilePlace {
	readonly path: string;
	readonly size: number;
	readonly offset: number;
	/** Where its fs-verity begins. */
	readonly tail: number | undefined;
}

const stretch = (disk: MadeDisk, role: 'root' | 'esp') => {
	const found = disk.plan.disks[0].layout.partitions.find((one) => one.role === role);
	return {offset: found?.start ?? 0, length: found?.size ?? 0};
};

/** Files of the root that are not empty. */
export function rootPlaces(disk: MadeDisk): FilePlace[] {
	using medium = openRaw(disk.path, disk.plan.disks[0].size);
	const contents = readExt4(medium, stretch(disk, 'root'), 'root');
	return [...contents.nodes].flatMap(([path, node]) => {
		const stored = node.type === 'file' ? storedContent(contents, node) : '';
		if (typeof stored === 'string') return [];
		const [first] = stored.content;
		return first === undefined
			? []
			: [{path, size: node.size, offset: first.offset, tail: stored.tail?.[0]?.offset}];
	});
}

/** Files of the boot partition that are not empty. */
export function bootPlaces(disk: MadeDisk): FilePlace[] {
	using medium = openRaw(disk.path, disk.plan.disks[0].size);
	return readFat(medium, stretch(disk, 'esp'), 'esp').files.flatMap(({path, size, stretches}) =>
		stretches[0] === undefined ? [] : [{path, size, offset: stretches[0].offset, tail: undefined}],
	);
}
