import {readFile} from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import {timeSchema} from '../deployment/origin.ts';
import {deploymentStates} from '../deployment/states.ts';
import {replaceFile} from '../system/durable-file.ts';
import type {UpdateDecision} from './decision.ts';
import type {UpdateState} from './moment.ts';

/** What the updater decided last in this boot, for everybody's status. */
export const decisionRecordFile = '/run/slipway/updater.json';

const schema = v.object({
	version: v.literal(1),
	time: timeSchema,
	/** What it was decided about; when that has changed, the decision is of yesterday. */
	about: v.object({
		booted: v.nullable(v.string()),
		staged: v.nullable(v.string()),
		/** Of the image that the last check found. */
		digest: v.nullable(v.string()),
	}),
	/** Null when nothing could be decided. */
	decision: v.nullable(
		v.object({
			act: v.picklist(['check', 'stage', 'unstage', 'apply', 'wait']),
			reason: v.string(),
			text: v.string(),
			/** When to look again; null when only somebody's doing changes anything. */
			again: v.nullable(timeSchema),
		}),
	),
	/** Why nothing could be decided. */
	problem: v.nullable(v.string()),
});

export type DecisionRecord = Readonly<v.InferOutput<typeof schema>>;
/** What a decision is about. */
export type DecisionSubject = Pick<UpdateState, 'deployments' | 'cached'>;

/** @param outcome the decision, or why there is none */
export function recordOf(
	subject: DecisionSubject,
	outcome: UpdateDecision | {readonly problem: string},
	now: Date,
): DecisionRecord {
	const record = {version: 1, time: now.toISOString(), about: aboutOf(subject)} as const;
	if ('problem' in outcome) return {...record, decision: null, problem: outcome.problem};
	const {act, reason, text, again} = outcome;
	const decision = {act, reason, text, again: again?.toISOString() ?? null};
	return {...record, decision, problem: null};
}

/** Whether what it is about is still so. */
export function isCurrent({about}: DecisionRecord, subject: DecisionSubject): boolean {
	const now = aboutOf(subject);
	return about.booted === now.booted && about.staged === now.staged && about.digest === now.digest;
}

export async function writeDecisionRecord(record: DecisionRecord, root = '/'): Promise<void> {
	const file = path.join(root, decisionRecordFile);
	await replaceFile(file, `${JSON.stringify(record)}\n`, {mode: 0o644});
}

/** Undefined when the updater has not run yet in this boot, or a slipway of another version did. */
export async function readDecisionRecord(root = '/'): Promise<DecisionRecord | undefined> {
	try {
		const text = await readFile(path.join(root, decisionRecordFile), 'utf8');
		const record = v.safeParse(schema, JSON.parse(text));
		return record.success ? record.output : undefined;
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
		if (isMissing || error instanceof SyntaxError) return undefined;
		throw error;
	}
}

function aboutOf({deployments, cached}: DecisionSubject): DecisionRecord['about'] {
	const {booted, staged} = deploymentStates(deployments);
	return {
		booted: booted?.id ?? null,
		staged: staged?.id ?? null,
		digest: cached?.image?.digest ?? null,
	};
}
