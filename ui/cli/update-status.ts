import {printableText} from '../../engine/tree/printable.ts';
import type {UpdateStatus} from '../../engine/update/update-status.ts';
import type {Row} from './status.ts';

/** What `slipway status` says of updates; nothing where nothing is known. */
export function updateRows(update: UpdateStatus): Row[] {
	return [
		...foundRows(update),
		...checkRows(update),
		...decisionRows(update),
		...update.problems.map((problem): Row => ['Problem', problem]),
		...quarantineRows(update),
	];
}

function foundRows({cachedUpdate}: UpdateStatus): Row[] {
	if (cachedUpdate === null || cachedUpdate.isDeployed) return [];
	const {version, digest, firstSeen} = cachedUpdate;
	return [
		['Update', version === null ? digest : `${printableText(version)} (${digest})`],
		['Known since', firstSeen],
	];
}

function checkRows({checked, lastError}: UpdateStatus): Row[] {
	if (checked === null) return [];
	const failure = lastError === null ? '' : `, failed: ${lastError.message}`;
	return [['Last check', `${checked}${failure}`]];
}

function decisionRows({decision}: UpdateStatus): Row[] {
	if (decision === null) return [];
	const {act, text, again} = decision;
	return [
		['Updater', `${act === 'wait' ? 'waits' : `is about to ${act}`}: ${text}`],
		...(again === null ? [] : [['Looks again', again] as const]),
	];
}

function quarantineRows({quarantined}: UpdateStatus): Row[] {
	return quarantined.map(({version, imageDigest, imageVerity, deployment, reason, time}) => {
		const name = version === null ? (imageDigest ?? imageVerity) : printableText(version);
		const why =
			reason === 'boot-failed'
				? `it failed as deployment ${deployment}`
				: `somebody went back from deployment ${deployment}`;
		return ['Left alone', `${name}, for ${why} (${time})`];
	});
}
