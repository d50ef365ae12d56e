import {describeUnlocking} from '../engine/deployment/unlock-method.ts';
import {printableText} from '../engine/tree/printable.ts';
import type {BootstrapItem} from './bootstrap/work.ts';
import {describeOther, describeUse} from './disk/beside/sharing-text.ts';
import type {DiskIdentity} from './disk/identity.ts';
import type {DiskLayout, PlannedPartition} from './disk/layout.ts';
import type {Partition} from './disk/partition-table.ts';
import {describePartitionType} from './disk/partition-types.ts';
import {formatSize} from './disk/size.ts';
import {describeRecoveryKey} from './encryption/encryption-plan.ts';
import type {DiskPlan, InstallPlan, PlanWarning} from './plan.ts';

/** The plan for people, as `--dry-run` prints it: what is destroyed first, warnings last. */
export function formatPlan(plan: InstallPlan): string {
	return [
		...plan.disks.flatMap(formatDisk),
		...formatMirror(plan),
		...formatEncryption(plan),
		...formatFields([
			['Image', plan.image.reference ?? 'no reference'],
			['Manifest', plan.image.manifestDigest],
			['Config', plan.image.configDigest],
			['Root digest', plan.image.verityDigest],
			['fs-verity', formatVerity(plan)],
			['Deployment', plan.deployment.id],
			['Command line', plan.deployment.commandLine],
		]),
		...formatItems(plan.bootstrap),
		...plan.warnings.flatMap(formatWarning),
		'',
	].join('\n');
}

function formatDisk({path, size, identity, destroys, layout}: DiskPlan): string[] {
	return [
		...formatFields([
			['Disk', [path, formatSize(size), ...formatIdentity(identity)].join(', ')],
			['Destroys', formatLosses(destroys, layout)],
			['Table', `GPT ${layout.id}, sectors of ${layout.sectorSize} bytes`],
		]),
		...(layout.biosBoot === undefined ? [] : formatPlace(layout.biosBoot, layout.biosBoot.name)),
		...layout.partitions.flatMap(formatPartition),
		...formatFields(
			(layout.beside?.kept ?? []).map((partition, index) => [
				index === 0 ? 'Keeps' : '',
				[describeOther(partition), describeUse(partition)].filter(Boolean).join(', '),
			]),
		),
	];
}

function formatLosses(destroys: string | undefined, {beside}: DiskLayout): string {
	if (beside !== undefined) return destroys ?? 'nothing: it goes where nothing is';
	return destroys === undefined ? 'nothing, it is empty' : `EVERYTHING on it: ${destroys}`;
}

function formatIdentity({model, serial, transport}: DiskIdentity): string[] {
	return [model, transport, serial && `serial ${serial}`].flatMap((part) =>
		part === undefined ? [] : printableText(part),
	);
}

function formatPartition(partition: PlannedPartition): string[] {
	const {finishedName, fileSystem, mountPoint} = partition;
	return [
		...formatPlace(partition, finishedName),
		`     ${fileSystem.type} "${fileSystem.label}" ${fileSystem.uuid}${mountPoint === undefined ? '' : `, mounted on ${mountPoint}`}`,
	];
}

function formatPlace({number, start, size, type, uuid}: Partition, name: string): string[] {
	const meaning = describePartitionType(type);
	return [
		`  ${number}  ${name}: ${formatSize(size)} at ${formatSize(start)} (bytes ${start} to ${start + size - 1})`,
		`     type ${type}${meaning === undefined ? '' : ` (${meaning})`}, partition ${uuid}`,
	];
}

function formatMirror({disks, mirror}: InstallPlan): string[] {
	if (mirror === undefined) return [];
	const names = disks.map(({path}) => path).join(', ');
	return formatFields([
		['Mirror', `the root, MD RAID1 ${mirror.uuid} over ${names}`],
		['', 'the boot partition on each, kept in step'],
	]);
}

function formatEncryption({encryption}: InstallPlan): string[] {
	if (encryption === undefined) return [];
	const {uuid, cipher, unlockedBy, recoveryKey} = encryption;
	return formatFields([
		['Encryption', `the root, LUKS2 ${uuid}, ${cipher}`],
		['Unlocked by', describeUnlocking(unlockedBy)],
		['Recovery key', printableText(describeRecoveryKey(recoveryKey))],
	]);
}

export function formatVerity({verity}: Pick<InstallPlan, 'verity'>): string {
	return verity.kind === 'enforced' ? 'enforced' : `NOT enforced: ${verity.reason}`;
}

/** What the machine gets besides its image. */
export function formatItems(items: readonly BootstrapItem[]): string[] {
	return formatFields(items.map((item, index) => [index === 0 ? 'Adds' : '', formatItem(item)]));
}

function formatItem({what, place, secret}: BootstrapItem): string {
	const shown = `${printableText(what)} in ${printableText(place)}`;
	return secret ? `${shown} (secret)` : shown;
}

export function formatWarning({message, hint}: Pick<PlanWarning, 'message' | 'hint'>): string[] {
	return ['', `WARNING: ${message}`, `         ${hint}`];
}

/** Terms in one column, an empty one for more of the last; fields without a value are left out. */
export function formatFields(fields: readonly (readonly [string, string | undefined])[]): string[] {
	const width = 14;
	return fields.flatMap(([term, value]) =>
		value === undefined || value === ''
			? []
			: [`${(term === '' ? '' : `${term}:`).padEnd(width)}${value}`],
	);
}
