import {readFileSync} from 'node:fs';
import path from 'node:path';

/** When a process started, in the kernel's ticks; undefined when there is none of that number. */
export function processStart(pid: number, proc = '/proc'): string | undefined {
	try {
		const stat = readFileSync(path.join(proc, String(pid), 'stat'), 'utf8');
		// The name before may hold anything, blanks and brackets too.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return fields[0] === 'Z' ? undefined : fields[19];
	} catch {
		return undefined;
	}
}
