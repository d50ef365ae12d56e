import path from 'node:path';
import * as v from 'valibot';
import {readStateFile, type StateRead} from '../../engine/state-file.ts';

/** What is known of the system that a machine had before; gone once that is. */
const schema = v.object({
	version: v.literal(1),
	/** As its os-release has it. */
	title: v.string(),
	/** Names in the physical root that stay: the new system uses them. */
	keep: v.array(v.string()),
	boot: v.object({
		/** Partitions, by GUID, that `files` are on; undefined where they have none. */
		esp: v.optional(v.string()),
		/** From the root of the boot partition, and of the ESP where that is another. */
		files: v.array(v.string()),
		/** Whether firmware without an entry starts the system before. */
		hasFallback: v.boolean(),
	}),
});

export type PreviousRecord = Readonly<v.InferOutput<typeof schema>>;

/** From the physical root. */
export const previousRecordFile = 'state/previous.json';

export function formatPreviousRecord(record: PreviousRecord): string {
	return `${JSON.stringify(record, undefined, '\t')}\n`;
}

export async function readPreviousRecord(physicalRoot: string): Promise<StateRead<PreviousRecord>> {
	return await readStateFile(path.join(physicalRoot, previousRecordFile), schema);
}
