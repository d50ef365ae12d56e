/** What `slipway auto-update` prints: for the journal, one line for each act. */
import {shownTime, type UpdateDecision} from '../../engine/update/decision.ts';
import type {UpdaterOutcome} from '../../engine/update/run-updater.ts';
import type {Assessment, UpdaterEvent} from '../../engine/update/updater-run.ts';

export function formatEvent({act, outcome, text}: UpdaterEvent): string {
	return outcome === 'done' ? `${act}: ${text}` : `${act} put off: ${text}`;
}

/** How a pass ended, after its events; with `json` all of it. */
export function formatPass(
	outcome: UpdaterOutcome,
	events: readonly UpdaterEvent[],
	json: boolean,
): string[] {
	if (outcome.kind === 'rebooting')
		return json ? [document({events, ...outcome, decision: null, problems: []})] : [];
	const {kind, decision, problems} = outcome;
	return json
		? [document({events, kind, deployment: null, decision: decisionJson(decision), problems})]
		: [...problems, formatDecision(decision)];
}

/** What would be done first. */
export function formatPreview({decision, problems}: Assessment, json: boolean): string[] {
	return json
		? [document({dryRun: true, decision: decisionJson(decision), problems})]
		: [...problems, formatDecision(decision)];
}

function formatDecision({act, text, again}: UpdateDecision): string {
	if (act !== 'wait') return `would ${act}: ${text}`;
	return again === undefined
		? `waiting: ${text}`
		: `waiting: ${text}; looks again ${shownTime(again)}`;
}

function decisionJson({act, reason, text, again}: UpdateDecision) {
	return {act, reason, text, again: again?.toISOString() ?? null};
}

function document(content: object): string {
	return JSON.stringify({version: 1, ...content}, undefined, 2);
}
