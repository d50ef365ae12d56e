import {existsSync} from 'node:fs';
import path from 'node:path';

/**
 * How this program is started again, with other words: by its launcher, which finds Node's libraries,
 * or from its sources by Node.
 */
export function ownProgram(
	words: readonly string[],
	main: string = process.argv[1] ?? '',
): {readonly command: string; readonly args: readonly string[]} {
	const launcher = path.join(path.dirname(main), '../slipway');
	return existsSync(launcher)
		? {command: launcher, args: words}
		: {command: process.execPath, args: [main, ...words]};
}
