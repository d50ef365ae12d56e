import type {System} from '../system/system.ts';
import {
	aftermathFolders,
	type CheckFolder,
	checkFolders,
	type SkippedFile,
} from './arrange-checks.ts';
import {findChecks} from './find-checks.ts';
import {type CheckResult, failedRequirements, type HealthCheck} from './health-check.ts';
import type {HealthRecord} from './health-record.ts';
import {defaultHealthSettings, readHealthSettings} from './health-settings.ts';
import {runCheck} from './run-check.ts';

export interface HealthReport {
	readonly record: HealthRecord;
	readonly skipped: readonly SkippedFile[];
}

/**
 * Runs all health checks, one after the other; one that fails keeps none from running.
 * @param onResult called after each
 * @param root what stands before the folders of checks; for tests
 * @throws UsageError for a mistake in the image's settings, before anything is run
 */
export async function checkHealth(
	system: Pick<System, 'run' | 'now'>,
	onResult: (result: CheckResult) => void = () => {},
	root = '/',
): Promise<HealthReport> {
	const {timeLimit, timeLimits, problems} = await readHealthSettings(root);
	const {checks, skipped} = await findChecks(checkFolders, root);
	const results = await runAll(system, checks, ({name}) => timeLimits[name] ?? timeLimit, onResult);
	const record: HealthRecord = {
		version: 1,
		time: system.now().toISOString(),
		verdict: failedRequirements(results).length === 0 ? 'healthy' : 'unhealthy',
		checks: results,
		failedUnits: [],
		...(problems.length > 0 && {problems: [...problems]}),
	};
	return {record, skipped};
}

/** Runs greenboot's `green.d` or `red.d`: they are told how the boot went, and change nothing of it. */
export async function runAftermath(
	system: Pick<System, 'run' | 'now'>,
	isHealthy: boolean,
	root = '/',
): Promise<CheckResult[]> {
	const folders: readonly CheckFolder[] = aftermathFolders(isHealthy);
	const {checks} = await findChecks(folders, root);
	return runAll(system, checks, () => defaultHealthSettings.timeLimit);
}

async function runAll(
	system: Pick<System, 'run' | 'now'>,
	checks: readonly HealthCheck[],
	limitOf: (check: HealthCheck) => number,
	onResult: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
	const results: CheckResult[] = [];
	for (const check of checks) {
		const result = await runCheck(system, check, limitOf(check));
		onResult(result);
		results.push(result);
	}
	return results;
}
