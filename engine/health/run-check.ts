import {anyStatus, limitedCommand, wasLimited} from '../system/limited-command.ts';
import type {System} from '../system/system.ts';
import type {CheckResult, HealthCheck} from './health-check.ts';

/** Bytes of a check's output that are kept: the end says what went wrong. */
const keptOutput = 4096;

/** @param timeLimit in seconds */
export async function runCheck(
	system: Pick<System, 'run' | 'now'>,
	{name, path, requirement, interpreter}: HealthCheck,
	timeLimit: number,
): Promise<CheckResult> {
	const command = interpreter === undefined ? [path] : [interpreter, path];
	const start = system.now().getTime();
	const {status, stdout} = await system.run(...limitedCommand(timeLimit, command), {
		okStatuses: anyStatus,
		outputTail: keptOutput,
	});
	const seconds = (system.now().getTime() - start) / 1000;
	const isTimedOut = wasLimited(status, seconds, timeLimit);
	const outcome = status === 0 ? 'passed' : isTimedOut ? 'timed-out' : 'failed';
	return {name, path, requirement, outcome, exitStatus: status, seconds, output: stdout};
}
