import type {
	EncryptionAnswers,
	ExtraPartition,
	PartitionSelector,
	StorageAnswers,
} from '../answers/answers.ts';
import {rootFileSystems, smallestEsp} from '../disk/layout-settings.ts';
import {formatExactSize, formatSize, parseSize, sizeSyntax} from '../disk/size.ts';
import {cipherPattern} from '../encryption/encryption-plan.ts';
import {mirrorDisks} from './disk-selector-fields.ts';
import {choice, converted, type Field, flag, text, wholeNumber} from './field.ts';
import {list, oneOf, sameKey, wholeItem} from './list-field.ts';
import {secretSource} from './secret-fields.ts';
import {checkPartition, checkSizes, checkStorage} from './storage-checks.ts';
import {only, optional, or, required, sparse, table} from './table-field.ts';
import {absolutePath, anyText, mountPoint, size} from './value-fields.ts';

const partitionSyntax = 'a table with partlabel, label, uuid, number, path or type';

const partitionSelector: Field<PartitionSelector> = converted(
	sparse(
		table({
			partLabel: optional(anyText, 'partlabel'),
			label: optional(anyText),
			uuid: optional(text('a UUID', {pattern: /^[0-9A-Fa-f-]{4,36}$/})),
			number: optional(wholeNumber(1, 128)),
			path: optional(text('a path below /dev', {pattern: /^\/dev\/[^\s]+$/})),
			type: optional(choice(['linux'])),
		}),
	),
	{
		read: (selector): PartitionSelector | undefined =>
			Object.keys(selector).length === 0 ? undefined : selector,
		write: (selector) => selector,
	},
	partitionSyntax,
);

const partitions = list(partitionSelector, `a list; each item is ${partitionSyntax}`, {
	identity: wholeItem,
});

const extraTable = table(
	{
		mountPoint: required(mountPoint, 'mountpoint'),
		existing: optional(partitionSelector),
		format: or(flag, false),
		size: optional(size),
		minSize: optional(size),
		maxSize: optional(size),
		fileSystem: optional(choice(rootFileSystems), 'filesystem'),
		label: optional(text('a label of 16 characters at most', {pattern: /^[\w.:-]{1,16}$/})),
		options: or(
			list(text('a mount option', {pattern: /^[^\s,]+$/}), 'a list of mount options'),
			[],
		),
		mkfsOptions: or(list(text('a word for mkfs'), 'a list of words'), []),
		encrypted: or(flag, false),
	},
	checkPartition,
);

const extraPartition = converted(extraTable, {
	read: ({existing, format, minSize, maxSize, mkfsOptions, ...rest}): ExtraPartition => ({
		...rest,
		...(existing && {existing: {partition: existing, format}}),
		...(minSize !== undefined && {minimumSize: minSize}),
		...(maxSize !== undefined && {maximumSize: maxSize}),
		...(mkfsOptions.length > 0 && {mkfsOptions}),
	}),
	write: ({existing, minimumSize, maximumSize, mkfsOptions = [], ...rest}) => ({
		...rest,
		existing: existing?.partition,
		format: existing?.format ?? false,
		minSize: minimumSize,
		maxSize: maximumSize,
		mkfsOptions,
	}),
});

type Swap = NonNullable<StorageAnswers['swap']>;

const swapWords = ['none', 'zram', 'recommended', 'hibernation'] as const;

const swap = converted<string, Swap>(
	text('"none", "zram", "recommended", "hibernation" or a size with its unit, such as "8 GiB"'),
	{
		read: (value) => {
			const word = swapWords.find((known) => known === value);
			if (word !== undefined) return word;
			const bytes = parseSize(value);
			return bytes === undefined ? undefined : {size: bytes};
		},
		write: (value) => (typeof value === 'string' ? value : formatExactSize(value.size)),
	},
);

const tpm2Table = table({
	enroll: or(flag, true),
	pcrs: or(list(wholeNumber(0, 23), 'a list of PCRs', {least: 1, identity: wholeItem}), [7]),
	pin: optional(secretSource),
});

type Tpm2 = NonNullable<EncryptionAnswers['tpm2']> & {readonly enroll: boolean};

const tpm2Flag = converted<boolean, Tpm2>(flag, {
	read: (enroll) => ({enroll, pcrs: [7], pin: undefined}),
	write: ({enroll}) => enroll,
});

const tpm2 = oneOf<Tpm2>('true, or a table with pcrs and pin', [
	{
		kind: 'boolean',
		field: tpm2Flag,
		writes: ({pcrs, pin}) => pin === undefined && pcrs.length === 1 && pcrs[0] === 7,
	},
	{kind: 'table', field: tpm2Table},
]);

/** It is always made, and shown, as text in any case, unless it is written somewhere. */
const recoveryKey = table({
	generate: optional(alwaysTrue()),
	show: optional(choice(['screen', 'qr'])),
	saveTo: optional(absolutePath),
});

const keyDerivation = table({
	function: optional(choice(['argon2id', 'argon2i', 'pbkdf2'])),
	memoryKiB: optional(wholeNumber(32, 4 * 1024 * 1024, 'KiB'), 'memory-kib'),
	timeMs: optional(wholeNumber(1, 600_000, 'milliseconds'), 'time-ms'),
	iterations: optional(wholeNumber(4, 2 ** 31 - 1)),
});

const encryptionSyntax = 'a table with passphrase, tpm2 or both';

const encryption = converted(
	table({
		type: or(choice(['luks2']), 'luks2'),
		passphrase: optional(secretSource),
		tpm2: optional(tpm2),
		recoveryKey: optional(recoveryKey),
		cipher: optional(
			text('a cipher of dm-crypt, such as aes-xts-plain64', {pattern: cipherPattern}),
		),
		keyDerivation: optional(keyDerivation),
	}),
	{
		read: (said): EncryptionAnswers | undefined => {
			const {passphrase, tpm2, recoveryKey, cipher, keyDerivation} = said;
			const isEnrolled = tpm2?.enroll === true;
			if (passphrase === undefined && !isEnrolled) return undefined;
			return {
				passphrase,
				tpm2: isEnrolled ? {pcrs: tpm2.pcrs, pin: tpm2.pin} : undefined,
				recoveryKeyPath: recoveryKey?.saveTo,
				...(recoveryKey?.show !== undefined && {recoveryKeyShown: recoveryKey.show}),
				...(cipher !== undefined && {cipher}),
				...(keyDerivation !== undefined && {keyDerivation}),
			};
		},
		write: ({passphrase, tpm2, recoveryKeyPath, recoveryKeyShown, cipher, keyDerivation}) => ({
			type: 'luks2' as const,
			passphrase,
			tpm2: tpm2 && {...tpm2, enroll: true},
			recoveryKey: {generate: undefined, show: recoveryKeyShown, saveTo: recoveryKeyPath},
			cipher,
			keyDerivation,
		}),
	},
	encryptionSyntax,
);

function alwaysTrue(): Field<true> {
	return converted<boolean, true>(
		flag,
		{read: (value) => value || undefined, write: (value) => value},
		'true: one is always made',
	);
}

const rootPartition = table(
	{
		size: optional(size),
		minSize: optional(size),
		maxSize: optional(size),
	},
	checkSizes,
);

const storageTable = table(
	{
		layout: optional(choice(['disk', 'free-space', 'partition'])),
		wipe: optional(flag),
		replace: or(partitions, []),
		keep: or(partitions, []),
		fileSystem: optional(choice(rootFileSystems), 'filesystem'),
		espSize: optional(only('size', atLeast(smallestEsp)), 'esp'),
		root: optional(rootPartition),
		partitions: or(
			list(extraPartition, 'a list of partitions', {identity: sameKey('mountpoint')}),
			[],
			'extra',
		),
		swap: optional(swap),
		mirror: or(mirrorDisks, []),
		encryption: optional(encryption),
	},
	checkStorage,
);

export const storage: Field<StorageAnswers> = converted(storageTable, {
	read: ({root, ...rest}) => ({
		...rest,
		rootSize: root?.size,
		rootMinimumSize: root?.minSize,
		...(root?.maxSize !== undefined && {rootMaximumSize: root.maxSize}),
	}),
	write: ({rootSize, rootMinimumSize, rootMaximumSize, ...rest}) => ({
		...rest,
		root: {size: rootSize, minSize: rootMinimumSize, maxSize: rootMaximumSize},
	}),
});

function atLeast(least: number): Field<number> {
	return converted(
		size,
		{read: (bytes) => (bytes >= least ? bytes : undefined), write: (bytes) => bytes},
		`${sizeSyntax}, at least ${formatSize(least)}`,
	);
}
