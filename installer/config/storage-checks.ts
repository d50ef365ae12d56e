/** What a configuration says of storage that cannot be together. */
import type {PartitionSelector, StorageAnswers} from '../answers/answers.ts';
import {formatExactSize} from '../disk/size.ts';
import type {ConfigNode, ConfigTable} from './document.ts';
import type {Reading} from './field.ts';

type Said = Pick<StorageAnswers, 'layout' | 'replace' | 'keep' | 'partitions'>;

/** Replaced without room being made there, replaced or formatted and kept, the rest of the disk twice. */
export function checkStorage(said: Said, node: ConfigTable, reading: Reading): void {
	checkReplaced(said, node, reading);
	checkKept(said, node, reading);
	checkRest(said, node, reading);
}

function checkReplaced({layout, replace}: Said, node: ConfigTable, {mistakes}: Reading): void {
	if (replace.length === 0 || layout === undefined || layout === 'partition') return;
	const {at, name} = node.entries.get('replace')?.node ?? node;
	const found = `given with layout "${layout}"`;
	mistakes.add(at, {key: name, found, expected: 'layout "partition"'});
}

function checkKept(
	{replace, keep, partitions}: Said,
	node: ConfigTable,
	{mistakes}: Reading,
): void {
	const kept = new Set(keep.map((selector) => JSON.stringify(selector)));
	for (const [index, selector] of replace.entries()) {
		if (!kept.has(JSON.stringify(selector))) continue;
		const item = itemOf(node, 'replace', index);
		const found = 'a partition that storage.keep names too';
		mistakes.add(item.at, {key: item.name, found, expected: 'it in one of the lists'});
	}
	for (const [index, {existing}] of partitions.entries()) {
		if (existing?.format !== true || !kept.has(JSON.stringify(existing.partition))) continue;
		const item = itemOf(node, 'extra', index);
		const found = 'to format a partition that storage.keep names';
		mistakes.add(item.at, {key: item.name, found, expected: 'it kept or formatted'});
	}
}

function checkRest({partitions}: Said, node: ConfigTable, {mistakes}: Reading): void {
	const growing = [...partitions.keys()].filter((index) => {
		const partition = partitions[index];
		return partition?.size === undefined && partition?.existing === undefined;
	});
	for (const index of growing.slice(1)) {
		const item = itemOf(node, 'extra', index);
		const found = 'without a size like one before it';
		mistakes.add(item.at, {
			key: item.name,
			found,
			expected: 'one partition alone to take the rest',
		});
	}
}

/** Bytes. */
interface SaidSizes {
	readonly size: number | undefined;
	readonly minSize: number | undefined;
	readonly maxSize: number | undefined;
}

/** A size that is one alone, or bounds of the rest that leave something between them. */
export function checkSizes(
	{size, minSize, maxSize}: SaidSizes,
	node: ConfigTable,
	reading: Reading,
): void {
	if (size !== undefined)
		noteEach(['min-size', 'max-size'], node, reading, {
			found: 'given beside size',
			expected: 'one of them',
		});
	else if (minSize !== undefined && maxSize !== undefined && minSize > maxSize)
		noteEach(['max-size'], node, reading, {
			found: 'less than min-size',
			expected: `at least ${formatExactSize(minSize)}`,
		});
}

interface SaidPartition extends SaidSizes {
	readonly existing: PartitionSelector | undefined;
	readonly format: boolean;
}

/** Sizes of one that is made, and a new file system of one that is not left as it is. */
export function checkPartition(said: SaidPartition, node: ConfigTable, reading: Reading): void {
	const {existing, format} = said;
	if (existing === undefined) {
		checkSizes(said, node, reading);
		if (format)
			noteEach(['format'], node, reading, {
				found: 'given for a new partition',
				expected: 'it beside existing',
			});
		return;
	}
	noteEach(['size', 'min-size', 'max-size'], node, reading, {
		found: 'given for a partition that is there',
		expected: 'it without existing',
	});
	if (!format)
		noteEach(['filesystem', 'label', 'mkfs-options'], node, reading, {
			found: 'given for a partition that stays as it is',
			expected: 'it with format = true',
		});
}

/** Notes it of those keys that a table has. */
function noteEach(
	keys: readonly string[],
	{entries}: ConfigTable,
	{mistakes}: Reading,
	fault: {readonly found: string; readonly expected: string},
): void {
	for (const key of keys) {
		const node = entries.get(key)?.node;
		if (node !== undefined) mistakes.add(node.at, {key: node.name, ...fault});
	}
}

function itemOf(node: ConfigTable, key: string, index: number): ConfigNode {
	const list = node.entries.get(key)?.node;
	return (list?.kind === 'list' ? list.items[index] : undefined) ?? node;
}
