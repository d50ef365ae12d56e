import {spawn} from 'node:child_process';
import {once} from 'node:events';
import * as assert from 'uvu/assert';

/**
 * Runs a program of the tests to its end, or kills it after a time; gives how many milliseconds it ran.
 * One that ends by itself must succeed.
 */
export async function runOrKill(
	program: string,
	args: readonly string[],
	killAfterMs?: number,
): Promise<number> {
	const started = performance.now();
	const child = spawn(process.execPath, [program, ...args], {stdio: 'inherit'});
	const killing =
		killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
	const [status, signal] = await once(child, 'exit');
	clearTimeout(killing);
	assert.ok(status === 0 || signal === 'SIGKILL', `it ended with ${status ?? signal}`);
	return performance.now() - started;
}
