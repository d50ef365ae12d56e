/**
 * What is known of how a deployment last started:
 *
 *   /run/slipway/health.json                 of this boot, whatever the disk is like
 *   state/deploy/ID/health.json              the same on the physical root, for the system that the
 *                                            machine falls back to; readable by everybody
 */
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type {DeploymentId} from '../deployment/id.ts';
import {deploymentFolder} from '../deployment/state-directory.ts';
import {replaceFile} from '../system/durable-file.ts';
import {failedRequirements} from './health-check.ts';

export const currentHealthFile = '/run/slipway/health.json';

const text = v.string();
const schema = v.object({
	version: v.literal(1),
	/** When it was written. */
	time: v.pipe(text, v.isoTimestamp()),
	verdict: v.picklist([
		/** All required checks passed. */
		'healthy',
		/** A required check did not. */
		'unhealthy',
		/** The boot did not come so far, or something else kept it from being complete. */
		'incomplete',
	]),
	checks: v.array(
		v.object({
			name: text,
			path: text,
			requirement: v.picklist(['required', 'wanted']),
			outcome: v.picklist(['passed', 'failed', 'timed-out']),
			exitStatus: v.number(),
			seconds: v.number(),
			output: text,
		}),
	),
	/** Units of systemd that had failed when the boot was given up. */
	failedUnits: v.array(text),
	/** Mistakes in the machine's settings, which were left out; absent when there were none. */
	problems: v.optional(v.array(text)),
});

export type HealthRecord = Readonly<v.InferOutput<typeof schema>>;

/** Why a boot was not good, in a few words that can follow a colon; undefined when it was. */
export function describeFailure({verdict, checks, failedUnits}: HealthRecord): string | undefined {
	const failed = failedRequirements(checks);
	if (verdict === 'healthy') return undefined;
	if (failed.length > 0) return `health check ${failed.join(', ')} failed`;
	return failedUnits.length > 0
		? `${failedUnits.join(', ')} failed`
		: 'it did not finish starting in time';
}

/** Of this boot; undefined as long as nothing is known. */
export async function readCurrentHealth(
	file = currentHealthFile,
): Promise<HealthRecord | undefined> {
	return readRecord(file);
}

/** Undefined when it never came so far as to write one. */
export async function readHealth(
	physicalRoot: string,
	id: DeploymentId,
): Promise<HealthRecord | undefined> {
	return readRecord(recordFile(physicalRoot, id));
}

export async function writeCurrentHealth(
	record: HealthRecord,
	file = currentHealthFile,
): Promise<void> {
	await writeRecord(file, record);
}

export async function writeHealth(
	physicalRoot: string,
	id: DeploymentId,
	record: HealthRecord,
): Promise<void> {
	await writeRecord(recordFile(physicalRoot, id), record);
}

function recordFile(physicalRoot: string, id: DeploymentId): string {
	return path.join(deploymentFolder(physicalRoot, id), 'health.json');
}

async function writeRecord(file: string, record: HealthRecord): Promise<void> {
	await replaceFile(file, `${JSON.stringify(record, undefined, '\t')}\n`, {mode: 0o644});
}

/** One that is damaged, or of another version, says nothing: it is a help, and no reason to stop. */
async function readRecord(file: string): Promise<HealthRecord | undefined> {
	try {
		const record = v.safeParse(schema, JSON.parse(await readFile(file, 'utf8')));
		return record.success ? record.output : undefined;
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
		if (isMissing || error instanceof SyntaxError) return undefined;
		throw error;
	}
}
