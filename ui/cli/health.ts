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
export function formatHealth({record: {checks, problems = []}, skipped}: HealthReport): string[] {
	return [
		...problems.map((problem) => `left out: ${problem}`),
		...skipped.map(({path, reason}) => `left out: ${path} ${reason}`),
		...formatVerdict(checks),
	];
}

function formatVerdict(checks: readonly CheckResult[]): string[] {
	if (checks.length === 0)
		return [
			'healthy: no checks are installed',
			'Put programs into /usr/lib/slipway/health.d of the image, or /etc/slipway/health.d of this machine.',
		];
	const failed = failedRequirements(checks);
	const count = formatCounted(checks.length, 'check');
	return failed.length === 0
		? [`healthy: ${count}`]
		: [`not healthy: ${failed.join(', ')} failed, of ${count}`];
}
