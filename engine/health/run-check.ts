import type {System} from '../system/system.ts';
import type {CheckResult, HealthCheck} from './health-check.ts';

/** Bytes of a check's output that are kept: the end says what went wrong. */
const keptOutput = 4096;

/** Seconds for which a check may clean up after it was told to end. */
const graceSec = 10;

/** What timeout(1) ends with; by the second, when it had to kill. */
const timeoutStatuses: readonly number[] = [124, 137];

/**
 * Runs a command with a time limit. timeout(1) makes a process group of its own, named by its process ID,
 * and signals all of it; what the command leaves in it ends with it, or it would hold the output open.
 * Not before timeout has ended: under a signal right after its start it takes itself for its child.
 */
const script = `timeout --kill-after=${graceSec} "$0" "$@" 2>&1 &
group=$!
trap 'kill $group' INT TERM
wait $group
status=$?
kill -KILL -$group 2> /dev/null
exit $status`;

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
