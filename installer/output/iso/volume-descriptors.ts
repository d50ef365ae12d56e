/**
 * What a volume begins with, at its block 16.
 * @see ECMA-119, 8
 */
import {blockSize, both16, both32, longTime, paddedText} from './field-encoding.ts';

/** Of a volume, which the system area comes before. */
export const descriptorsAt = 16;

export interface VolumeFacts {
	/** What the volume is found by. */
	readonly label: string;
	/** What it is for and made by, at most 128 characters. */
	readonly application: string;
	/** Blocks. */
	readonly size: number;
	readonly time: Date;
	readonly pathTable: {readonly length: number; readonly little: number; readonly big: number};
	readonly rootRecord: Buffer;
}

const types = {bootRecord: 0, primary: 1, terminator: 255} as const;

export function primaryDescriptor(facts: VolumeFacts): Buffer {
	const {little, big, length} = facts.pathTable;
	const noText = (count: number) => paddedText('', count);
	const tables = Buffer.alloc(16);
	tables.writeUInt32LE(little, 0);
	tables.writeUInt32BE(big, 8);
	return descriptor(
		types.primary,
		Buffer.alloc(1),
		paddedText('LINUX', 32),
		paddedText(facts.label, 32),
		Buffer.alloc(8),
		both32(facts.size),
		Buffer.alloc(32),
		...[both16(1), both16(1), both16(blockSize)],
		both32(length),
		tables,
		facts.rootRecord,
		// Set, publisher, preparer.
		noText(3 * 128),
		paddedText(facts.application, 128),
		// Files with copyright, abstract, bibliography.
		noText(3 * 37),
		...[longTime(facts.time), longTime(facts.time), longTime(undefined), longTime(undefined)],
		Buffer.from([1]),
	);
}

/** Leads firmware to the boot catalog. @see El Torito, figure 7 */
export function bootDescriptor(catalogBlock: number): Buffer {
	const block = Buffer.alloc(4);
	block.writeUInt32LE(catalogBlock);
	const system = Buffer.alloc(64);
	system.write('EL TORITO SPECIFICATION');
	return descriptor(types.bootRecord, system, block);
}

export const endOfDescriptors: Buffer = descriptor(types.terminator);

function descriptor(type: number, ...fields: readonly Buffer[]): Buffer {
	const whole = Buffer.alloc(blockSize);
	const version = 1;
	Buffer.concat([
		Buffer.from([type]),
		Buffer.from('CD001'),
		Buffer.from([version]),
		...fields,
	]).copy(whole);
	return whole;
}

/** What a primary descriptor says a volume is for; undefined for what is none. */
export function readApplication(block: Buffer): string | undefined {
	const isPrimary = block[0] === types.primary && block.toString('latin1', 1, 6) === 'CD001';
	return isPrimary ? block.toString('latin1', 574, 574 + 128).trimEnd() : undefined;
}
