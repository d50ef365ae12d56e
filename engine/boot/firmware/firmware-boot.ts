/** What the firmware starts, and in what order; changes to that, as data. */
import {
	type EspIdentity,
	formatLoadOption,
	type LoadOption,
	parseLoadOption,
} from './load-option.ts';

/** The variables of the firmware's boot manager. */
export interface FirmwareBoot {
	/** Numbers of entries, first what is tried first. */
	readonly order: readonly number[];
	/** The entry that this boot came from; undefined when the firmware does not say. */
	readonly current: number | undefined;
	readonly options: ReadonlyMap<number, LoadOption>;
}

/** A variable as it shall be; one without data is removed. */
export interface VariableChange {
	readonly name: string;
	readonly data: Buffer | undefined;
}

/** @param variables their data by name, without attributes */
export function parseFirmwareBoot(variables: ReadonlyMap<string, Buffer>): FirmwareBoot {
	const options = new Map<number, LoadOption>();
	for (const [name, data] of variables) {
		const [, digits] = /^Boot([0-9A-F]{4})$/i.exec(name) ?? [];
		const option = digits === undefined ? undefined : parseLoadOption(data);
		if (digits !== undefined && option !== undefined)
			options.set(Number.parseInt(digits, 16), option);
	}
	return {
		order: parseNumbers(variables.get('BootOrder')),
		current: parseNumbers(variables.get('BootCurrent'))[0],
		options,
	};
}

export interface WantedEntry {
	readonly description: string;
	/** The program, from the root of the ESP. */
	readonly path: string;
	readonly esp: EspIdentity;
}

/**
 * Puts a program first in the order. An entry that leads to it already is used again. The entry is
 * written before the order that names it.
 */
export function planFirst(boot: FirmwareBoot, wanted: WantedEntry): VariableChange[] {
	const existing = [...boot.options].find(
		([, {program, isActive}]) =>
			isActive &&
			program?.partitionUuid === wanted.esp.uuid &&
			isSamePath(program.path, wanted.path),
	)?.[0];
	const number = existing ?? freeNumber(boot);
	const data = formatLoadOption(wanted.description, wanted.path, wanted.esp);
	const order = [number, ...boot.order.filter((other) => other !== number)];
	return [
		...(existing === undefined ? [{name: variableName(number), data}] : []),
		...changeOrder(boot, order),
	];
}

/** Takes entries out of the order, and then away. */
export function planRemoval(
	boot: FirmwareBoot,
	isUnwanted: (option: LoadOption) => boolean,
): VariableChange[] {
	const unwanted = [...boot.options].flatMap(([number, option]) =>
		isUnwanted(option) ? [number] : [],
	);
	return [
		...changeOrder(
			boot,
			boot.order.filter((number) => !unwanted.includes(number)),
		),
		...unwanted.map((number) => ({name: variableName(number), data: undefined})),
	];
}

/** FAT keeps the case of a name and pays no heed to it. */
export function isSamePath(a: string, b: string): boolean {
	return a.toLowerCase() === b.toLowerCase();
}

function changeOrder(boot: FirmwareBoot, order: readonly number[]): VariableChange[] {
	const isSame = order.length === boot.order.length && order.every((n, at) => n === boot.order[at]);
	if (isSame) return [];
	const data = Buffer.alloc(order.length * 2);
	for (const [at, number] of order.entries()) data.writeUInt16LE(number, at * 2);
	return [{name: 'BootOrder', data}];
}

function freeNumber({options, order}: FirmwareBoot): number {
	for (let number = 0; ; number++)
		if (!options.has(number) && !order.includes(number)) return number;
}

function variableName(number: number): string {
	return `Boot${number.toString(16).toUpperCase().padStart(4, '0')}`;
}

function parseNumbers(data: Buffer = Buffer.alloc(0)): number[] {
	return Array.from({length: data.length >> 1}, (_, at) => data.readUInt16LE(at * 2));
}
