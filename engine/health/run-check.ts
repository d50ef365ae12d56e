import type {System} from '../system/system.ts';
import type {CheckResult, HealthCheck} from './health-check.ts';

/** Bytes of a check's output that are kept: the end says what went wrong. */
const keptOutput = 4096;

/** Seconds for which a check may clean up after it was told to end. */
const graceSec = 10;

/** What timeout(1) ends with; by the second, when it had to kill. */
const timeoutStatuses: readonly number[] = [124, 137];

/**
 * Runs a command with a time limit, and ends what it leaves behind in its process group: a child in the
 * background would hold the output open. timeout(1) makes that group and signals all of it, so the
 * shell in it must outlive the signal to wait for the command, and the one around it must not be in it.
 */
const script = `timeout --kill-after=${graceSec} "$0" sh -c '
	trap : TERM
	"$@" 2>&1
	status=$?
	trap "" TERM
	kill 0
	exit $status' sh "$@"
exit $?`;

const anyStatus = Array.from({length: 256}, (_, status) => status);

/** @param timeLimit in seconds */
export async function runCheck(
	system: Pick<System, 'run' | 'now'>,
	{name, path, requirement, interpreter}: HealthCheck,
	timeLimit: number,
): Promise<CheckResult> {
	const command = interpreter === undefined ? [path] : [interpreter, path];
	const start = system.now().getTime();
	const {status, stdout} = await system.run('sh', ['-c', script, String(timeLimit), ...command], {
		okStatuses: anyStatus,
		outputTail: keptOutput,
	});
	const seconds = (system.now().getTime() - start) / 1000;
	// A check may end with such a status by itself.
	const isTimedOut = timeoutStatuses.includes(status) && seconds >= timeLimit;
	const outcome = status === 0 ? 'passed' : isTimedOut ? 'timed-out' : 'failed';
	return {name, path, requirement, outcome, exitStatus: status, seconds, output: stdout};
}
