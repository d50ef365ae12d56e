import {checked, cString, KernelCallFailed, lastErrno, libc} from './libc.ts';

/** Enough for nearly all; longer answers (XATTR_SIZE_MAX, XATTR_LIST_MAX) are asked for again. */
const scratch = Buffer.alloc(4096);
const maxAnswer = 65536;

/** Calls `read` with a buffer that its answer fits into; gives a view of it, or the error's name. */
function readAnswer(read: (buffer: Buffer) => number): Buffer | string {
	const result = read(scratch);
	if (result >= 0) return scratch.subarray(0, result);
	const errno = lastErrno();
	if (errno !== 'ERANGE') return errno;
	const larger = Buffer.alloc(maxAnswer);
	const again = read(larger);
	return again >= 0 ? larger.subarray(0, again) : lastErrno();
}

export function listXattrs(path: string | Buffer): string[] {
	const file = cString(path);
	const answer = readAnswer((buffer) => libc().llistxattr(file, buffer, buffer.length));
	if (typeof answer !== 'string') {
		return answer.length === 0 ? [] : answer.toString('latin1', 0, answer.length - 1).split('\0');
	}
	if (answer === 'EOPNOTSUPP' || answer === 'ENOTSUP') return [];
	throw new KernelCallFailed('list the extended attributes of', path, answer);
}

export function getXattr(path: string | Buffer, key: string): Buffer | undefined {
	const file = cString(path);
	const name = cString(Buffer.from(key, 'latin1'));
	const answer = readAnswer((buffer) => libc().lgetxattr(file, name, buffer, buffer.length));
	if (typeof answer !== 'string') return Buffer.from(answer);
	if (answer === 'ENODATA' || answer === 'EOPNOTSUPP' || answer === 'ENOTSUP') return undefined;
	throw new KernelCallFailed(`get ${key} of`, path, answer);
}

export function setXattr(path: string | Buffer, key: string, value: Uint8Array): void {
	const name = cString(Buffer.from(key, 'latin1'));
	const result = libc().lsetxattr(cString(path), name, value, value.length, 0);
	checked(result, `set ${key} of`, path);
}
