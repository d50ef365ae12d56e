import type {StatusDocument, StatusEntry} from '../../engine/deployment/status.ts';
import {formatImageReference, pageWidth, wrapText} from './format.ts';

/** Columns of the labels, set flush right so that the values stand below each other. */
const labelWidth = 16;

/** What `slipway status` prints, without a last end of line. */
export function formatStatus({status, warnings}: StatusDocument): string {
	const {booted, staged, rollback, rollbackQueued, otherDeployments, fsVerity} = status;
	const blocks: string[][] = [];
	if (booted === null)
		blocks.push([
			`This is ${status.notDeployed ?? 'another system'}, not a machine that slipway installed.`,
		]);
	if (staged) blocks.push(formatEntry('Staged', staged, [['Next boot', 'this one']]));
	if (booted)
		blocks.push(
			formatEntry('Booted', booted, [
				['fs-verity', fsVerity?.enforced ? 'enforced' : 'not enforced'],
			]),
		);
	if (rollback)
		blocks.push(
			formatEntry('Rollback', rollback, rollbackQueued ? [['Next boot', 'this one']] : []),
		);
	for (const entry of otherDeployments) blocks.push(formatEntry('Other', entry, []));
	for (const {message, hint} of warnings)
		blocks.push([...hang('! ', `Warning: ${message}.`), ...hang('  ', hint)]);
	return blocks.map((block) => block.join('\n')).join('\n\n');
}

type Row = readonly [label: string, value: string];

function formatEntry(role: string, entry: StatusEntry, more: readonly Row[]): string[] {
	const rows: Row[] = [[`${role} image`, imageName(entry)], ...imageRows(entry)];
	rows.push(['Deployment', entry.deployment.id + (entry.pinned ? ' (pinned)' : '')]);
	const state = stateOf(entry);
	if (state !== undefined) rows.push(['State', state]);
	if (entry.problem !== null) rows.push(['Problem', entry.problem]);
	const lines = [...rows, ...more].map(
		([label, value]) => `${label.padStart(labelWidth)}: ${value}`,
	);
	return role === 'Booted' ? lines.with(0, `●${lines[0]?.slice(1)}`) : lines;
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

const withNote = (text: string, note: string | null): string =>
	note === null ? text : `${text} (${note})`;

function hang(head: string, text: string): string[] {
	return wrapText(text, pageWidth - head.length).map(
		(line, at) => (at === 0 ? head : ' '.repeat(head.length)) + line,
	);
}
