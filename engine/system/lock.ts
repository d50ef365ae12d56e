import {closeSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import {KernelCallFailed, lastErrno, libc} from './libc.ts';
import {openFile} from './open-file.ts';
import type {LockOptions} from './system.ts';

const exclusive = 2; // LOCK_EX
const notBlocking = 4; // LOCK_NB
const firstWaitMs = 5;
const longestWaitMs = 250;

/**
 * Polls instead of waiting in the kernel: a thread that sleeps in flock(2) could not be cancelled and
 * would hold up the end of the process.
 */
export async function lock(file: string, {signal, onWait}: LockOptions = {}): Promise<() => void> {
	const fd = openFile(file, 'a', 0o600);
	try {
		let waitMs = 0;
		while (!tryLock(fd, file)) {
			if (waitMs === 0) onWait?.();
			waitMs = Math.min(Math.max(waitMs * 2, firstWaitMs), longestWaitMs);
			await setTimeout(waitMs, undefined, signal && {signal});
		}
	} catch (error) {
		closeSync(fd);
		throw error;
	}
	let held = true;
	return () => {
		if (held) closeSync(fd);
		held = false;
	};
}

/** False when another process has it. The lock ends with the descriptor. */
export function tryLock(fd: number, file: string): boolean {
	if (libc().flock(fd, exclusive | notBlocking) >= 0) return true;
	const errno = lastErrno();
	if (errno === 'EAGAIN' || errno === 'EINTR') return false;
	throw new KernelCallFailed('lock', file, errno);
}
