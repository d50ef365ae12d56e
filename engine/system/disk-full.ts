/**
 * Whether an error says that a file system has no room left. Node's errors have a `code`, those of
 * threads too, those of the system calls an `errno`.
 */
export function isDiskFull(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const {code, errno} = error as {code?: unknown; errno?: unknown};
	return code === 'ENOSPC' || code === 'no-space' || errno === 'ENOSPC';
}
