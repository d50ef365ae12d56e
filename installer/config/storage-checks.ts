/** What a configuration says of storage that cannot be together. */
import type {StorageAnswers} from '../answers/answers.ts';
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

function itemOf(node: ConfigTable, key: string, index: number): ConfigNode {
	const list = node.entries.get(key)?.node;
	return (list?.kind === 'list' ? list.items[index] : undefined) ?? node;
}
