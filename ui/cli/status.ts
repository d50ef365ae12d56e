import type {BootReason} from '../../engine/deployment/boot-reason.ts';
import {describeFailed} from '../../engine/deployment/login-message.ts';
import type {StatusDocument, StatusEntry} from '../../engine/deployment/status.ts';
import {describeUnlocking} from '../../engine/deployment/unlock-method.ts';
import type {UpdateStatus} from '../../engine/update/update-status.ts';
import {changeRows} from './deployment-changes.ts';
import {formatImageReference, pageWidth, wrapText} from './format.ts';
import {updateRows} from './update-status.ts';

/** Columns of the labels, set flush right so that the values stand below each other. */
const labelWidth = 16;

/** What `slipway status` prints, without a last end of line. */
export function formatStatus(
	{status, warnings}: StatusDocument,
	update: UpdateStatus | null = null,
	{verbose = false}: {verbose?: boolean} = {},
): string {
	const {booted, bootReason, staged, rollback, rollbackQueued, otherDeployments, fsVerity} = status;
	const blocks: string[][] = [];
	if (booted === null)
		blocks.push([
			`This is ${status.notDeployed ?? 'another system'}, not a machine that slipway installed.`,
		]);
	const softReboot = (entry: StatusEntry): Row[] =>
		entry.softRebootCapable
			? [['Soft reboot', isPrepared(entry, status) ? 'prepared' : 'possible']]
			: [];
	const details = (entry: StatusEntry): Row[] => [
		...softReboot(entry),
		...(entry.deployment.changes === null ? [] : changeRows(entry.deployment.changes, verbose)),
	];
	if (staged)
		blocks.push(formatEntry('Staged', staged, [['Next boot', 'this one'], ...details(staged)]));
	if (booted)
		blocks.push(
			formatEntry('Booted', booted, [
				['fs-verity', fsVerity?.enforced ? 'enforced' : 'not enforced'],
				...encryptionRows(status.rootEncryption),
				...(bootReason === null ? [] : reasonRows(bootReason)),
			]),
		);
	if (rollback)
		blocks.push(
			formatEntry('Rollback', rollback, [
				...(rollbackQueued ? [['Next boot', 'this one'] as const] : []),
				...details(rollback),
			]),
		);
	for (const entry of otherDeployments) blocks.push(formatEntry('Other', entry, []));
	const rows = update === null ? [] : updateRows(update);
	if (rows.length > 0) blocks.push(formatRows(rows));
	for (const {message, hint} of warnings)
		blocks.push([...hang('! ', `Warning: ${message}.`), ...hang('  ', hint)]);
	return blocks.map((block) => block.join('\n')).join('\n\n');
}

function encryptionRows(encryption: StatusDocument['status']['rootEncryption']): Row[] {
	if (encryption === null) return [];
	const {unlockedBy} = encryption;
	const how = unlockedBy === null ? '' : `, unlocked by ${describeUnlocking(unlockedBy)}`;
	return [['Root', `encrypted (LUKS2)${how}`]];
}

function isPrepared({deployment}: StatusEntry, status: StatusDocument['status']): boolean {
	return deployment.id === status.softRebootPrepared;
}

export type Row = readonly [label: string, value: string];

function formatEntry(role: string, entry: StatusEntry, more: readonly Row[]): string[] {
	const rows: Row[] = [[`${role} image`, imageName(entry)], ...imageRows(entry)];
	rows.push(['Deployment', entry.deployment.id + (entry.pinned ? ' (pinned)' : '')]);
	const state = stateOf(entry);
	if (state !== undefined) rows.push(['State', state]);
	const {failure} = entry.deployment;
	if (failure !== null) rows.push(['Last boot', `${failure.reason} (${failure.time})`]);
	if (entry.problem !== null) rows.push(['Problem', entry.problem]);
	const lines = formatRows([...rows, ...more]);
	return role === 'Booted' ? lines.with(0, `●${lines[0]?.slice(1)}`) : lines;
}

function formatRows(rows: readonly Row[]): string[] {
	return rows.map(([label, value]) => `${label.padStart(labelWidth)}: ${value}`);
}

function imageName({image, incompatible}: StatusEntry): string {
	if (incompatible) return 'cannot be read';
	if (image === null) return 'not known';
	return formatImageReference(image.image);
}

function imageRows({image}: StatusEntry): Row[] {
	if (image === null) return [];
	const rows: Row[] = [];
	if (image.imageDigest !== null)
		rows.push(['Digest', withNote(image.imageDigest, image.architecture)]);
	if (image.version !== null) rows.push(['Version', withNote(image.version, image.timestamp)]);
	else if (image.timestamp !== null) rows.push(['Built', image.timestamp]);
	return rows;
}

function stateOf({deployment: {health, tries}}: StatusEntry): string | undefined {
	switch (health) {
		case 'trying':
			return tries?.done === 0
				? 'not booted yet'
				: `not yet known to be good, attempts left: ${tries?.left}`;
		case 'failed':
			return `failed, attempts made: ${tries?.done}`;
		case 'not-bootable':
			return 'has no loader entry';
		case 'good':
		case 'unknown':
			return undefined;
	}
}

/** Why the booted deployment is the booted one. */
function reasonRows(reason: BootReason): Row[] {
	switch (reason.kind) {
		case 'newest':
			return [['Runs because', 'it is the newest']];
		case 'rolled-back':
			return [['Runs because', 'it was put first by a rollback']];
		case 'picked':
			return [['Runs because', `it was picked in the boot menu, instead of ${reason.instead}`]];
		case 'fell-back':
			return reason.from.map((failed, at) => [
				at === 0 ? 'Runs because' : 'and',
				describeFailed(failed),
			]);
		case 'last-resort':
			return [
				['Runs because', 'no other can be booted'],
				...reason.from.map((failed): Row => ['for', describeFailed(failed)]),
			];
	}
}

const withNote = (text: string, note: string | null): string =>
	note === null ? text : `${text} (${note})`;

function hang(head: string, text: string): string[] {
	return wrapText(text, pageWidth - head.length).map(
		(line, at) => (at === 0 ? head : ' '.repeat(head.length)) + line,
	);
}
