import path from 'node:path';
import type {DiskSelector} from '../answers/answers.ts';
import {globPattern} from '../disk/glob.ts';
import {formatExactSize, parseSize} from '../disk/size.ts';
import {choice, converted, type Field, flag, text} from './field.ts';
import {list, oneOf, wholeItem} from './list-field.ts';
import {optional, or, sparse, table} from './table-field.ts';

const picks = ['only', 'smallest', 'largest'] as const;
const transports = ['nvme', 'sata', 'sas', 'usb', 'mmc', 'virtio', 'fc', 'iscsi'] as const;

type SizeRange = NonNullable<DiskSelector['size']>;

const sizeRange = converted<string, SizeRange>(
	text('sizes to compare with, such as ">= 200 GB, < 2 TB"'),
	{
		read: parseSizeRange,
		write: ({least, most}) =>
			[
				least === undefined ? [] : `>= ${formatExactSize(least)}`,
				most === undefined ? [] : `<= ${formatExactSize(most)}`,
			]
				.flat()
				.join(', '),
	},
);

/** Undefined when it is none, or one that no size is in. */
function parseSizeRange(value: string): SizeRange | undefined {
	let [least, most]: [number | undefined, number | undefined] = [undefined, undefined];
	for (const part of value.split(',')) {
		const [, operator = '', written = ''] = /^\s*(>=|<=|>|<)\s*(.+)$/.exec(part) ?? [];
		const bytes = parseSize(written);
		if (bytes === undefined) return undefined;
		if (operator.startsWith('>'))
			least = Math.max(least ?? 0, operator === '>' ? bytes + 1 : bytes);
		else most = Math.min(most ?? bytes, operator === '<' ? bytes - 1 : bytes);
	}
	if (least !== undefined && most !== undefined && least > most) return undefined;
	return {...(least === undefined ? {} : {least}), ...(most === undefined ? {} : {most})};
}

const glob = text('a text, in which * and ? stand for others', {
	check: (value) => value.trim() !== '' && globPattern(value) !== undefined,
});

/** What a selector's text takes, its table takes too, and no more: each is written as the other. */
const isDevicePath = (value: string): boolean =>
	/^\/dev\/\S+$/.test(value) && path.posix.normalize(value) === value;

const properties = sparse(
	table({
		path: optional(text('a path below /dev', {check: isDevicePath})),
		byId: optional(glob),
		byPath: optional(glob),
		serial: optional(glob),
		wwn: optional(glob),
		model: optional(glob),
		vendor: optional(glob),
		size: optional(sizeRange),
		transport: optional(list<string>(choice(transports), 'a list of transports', {least: 1})),
		rotational: optional(flag),
		removable: optional(flag),
		empty: optional(flag),
		pick: or(choice(picks), 'only'),
	}),
);

const selectorTable: Field<DiskSelector> = converted(properties, {
	read: ({pick = 'only', ...rest}): DiskSelector => ({...rest, pick}),
	write: (selector) => selector,
});

const selectorSyntax = '"only", "smallest", "largest", a path below /dev, or a table';

const selectorText: Field<DiskSelector> = converted(
	text(selectorSyntax),
	{
		read: (value) => {
			const pick = picks.find((pick) => pick === value);
			if (pick !== undefined) return {pick};
			return isDevicePath(value) ? {path: value, pick: 'only'} : undefined;
		},
		write: ({path, pick}) => path ?? pick,
	},
	selectorSyntax,
);

export const diskSelector: Field<DiskSelector> = oneOf(selectorSyntax, [
	{kind: 'text', field: selectorText, writes: isPlain},
	{kind: 'table', field: selectorTable},
]);

/** Whether a text says all of it. */
function isPlain({path, pick, ...rest}: DiskSelector): boolean {
	return Object.keys(rest).length === 0 && (path === undefined || pick === 'only');
}

/** One of them, or a list of them that are tried in order. */
export const diskSelectors: Field<readonly DiskSelector[]> = oneOf<readonly DiskSelector[]>(
	`${selectorSyntax}, or a list of such`,
	[
		{
			kind: 'text',
			field: single(selectorText),
			writes: (all) => all.length === 1 && all.every(isPlain),
		},
		{kind: 'table', field: single(selectorTable), writes: (all) => all.length === 1},
		{kind: 'list', field: list(diskSelector, 'a list of at least one disk selector', {least: 1})},
	],
);

function single<T>(field: Field<T>): Field<readonly T[]> {
	return {
		...field,
		read(node, reading) {
			const value = field.read(node, reading);
			return value === undefined ? undefined : [value];
		},
		write: ([value], leaveOut, key) =>
			value === undefined ? undefined : field.write(value, leaveOut, key),
	};
}

/** Disks of a mirror: the same selector twice would name one disk twice. */
export const mirrorDisks: Field<readonly DiskSelector[]> = list(
	diskSelector,
	'a list of at least two disk selectors',
	{least: 2, identity: wholeItem},
);
