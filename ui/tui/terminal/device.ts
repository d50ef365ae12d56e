import {readlinkSync} from 'node:fs';

/** The device that this process reads from; undefined where nobody can tell. */
export function terminalDevice(): string | undefined {
	try {
		return readlinkSync('/proc/self/fd/0');
	} catch {
		return undefined;
	}
}
