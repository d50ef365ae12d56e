import type {HealthReport} from '../../engine/health/check-health.ts';
import {type CheckResult, failedRequirements} from '../../engine/health/health-check.ts';
import {formatCounted, formatDuration} from './format.ts';

/** One check and how it went, with what it printed when it did not pass. */
export function formatResult(result: CheckResult): string[] {
	const {name, path, requirement, outcome, exitStatus: status, seconds, output} = result;
	const duration = formatDuration(seconds);
	if (outcome === 'passed') return [`passed: ${name} (${duration})`];
	const how =
		outcome === 'failed' ? `exit status ${status}, ${duration}` : `ended after ${duration}`;
	const lines = output.trimEnd().split('\n');
	return [
		`FAILED: ${name} (${how}, ${requirement}): ${path}`,
		...(output.trim() === '' ? [] : lines.map((line) => `  ${line}`)),
	];
}

/** The last lines, after the results. */
export function formatHealth({record: {checks}, skipped}: HealthReport): string[] {
	const failed = failedRequirements(checks);
	return [
		...skipped.map(({path, reason}) => `left out: ${path} ${reason}`),
		failed.length === 0
			? `healthy: ${formatCounted(checks.length, 'check')}`
			: `not healthy: ${failed.join(', ')} failed, of ${formatCounted(checks.length, 'check')}`,
	];
}
