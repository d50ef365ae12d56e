/** Seconds for which a command may clean up after it was told to end. */
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

/** For commands whose exit status is a result whatever it is. */
export const anyStatus: readonly number[] = Array.from({length: 256}, (_, status) => status);

/**
 * A command as it is to be run so that it ends after so many seconds, with all that it started. Both of
 * its outputs come as standard output.
 */
export function limitedCommand(
	seconds: number,
	command: readonly string[],
): readonly [command: string, args: readonly string[]] {
	return ['sh', ['-c', script, String(seconds), ...command]];
}

/** Whether a limited command was ended by its limit: it may end with such a status by itself. */
export function wasLimited(status: number, seconds: number, limit: number): boolean {
	return timeoutStatuses.includes(status) && seconds >= limit;
}
