import {existsSync, mkdirSync} from 'node:fs';
import path from 'node:path';
import {notWritable} from './unfinished-file.ts';

/**
 * Has a folder be there, with all that it is in. One after the other: of Node's own way to make several, some places
 * (/proc) never return.
 * @throws Refused `output-not-writable`
 */
export function makeOutputFolder(folder: string): void {
	const missing: string[] = [];
	for (let place = path.resolve(folder); !existsSync(place); place = path.dirname(place))
		missing.unshift(place);
	try {
		for (const place of missing) mkdirSync(place);
	} catch (error) {
		throw notWritable(folder, error);
	}
}
