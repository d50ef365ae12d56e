import {
	accessSync,
	constants,
	existsSync,
	mkdirSync,
	realpathSync,
	rmdirSync,
	statSync,
} from 'node:fs';
import path from 'node:path';
import {Refused} from '../../engine/errors.ts';
import {readMountPoints} from '../../engine/system/mount-points.ts';
import {notWritable} from './unfinished-file.ts';

/**
 * What is made in the container itself would be part of the image that it is made of, and goes with the container.
 * @throws Refused `output-in-image`
 */
export function refuseOwnRoot(
	folder: string,
	mountPoints: readonly string[] = readMountPoints(),
): void {
	let place = path.resolve(folder);
	while (!existsSync(place)) place = path.dirname(place);
	const real = realpathSync(place, 'latin1');
	const isBelow = (mount: string) => real === mount || real.startsWith(`${mount}/`);
	if (mountPoints.some((mount) => mount !== '/' && isBelow(mount))) return;
	throw new Refused(
		'output-in-image',
		`${folder} is in the container itself, whose files are the image that is written`,
		{hint: 'Mount a folder of the host there: podman run --rm -v .:/out IMAGE disk … /out.'},
	);
}

/**
 * Has a folder be there, with all that it is in, and that may be written to. One after the other: of Node's own way to
 * make several, some places (/proc) never return. Disposed of, those that were made go again unless something is in them.
 * @throws Refused `output-not-writable`
 */
export function makeOutputFolder(folder: string): Disposable {
	const missing: string[] = [];
	for (let place = path.resolve(folder); !existsSync(place); place = path.dirname(place))
		missing.unshift(place);
	using made = new DisposableStack();
	try {
		for (const place of missing) {
			mkdirSync(place);
			made.defer(() => removeEmpty(place));
		}
	} catch (error) {
		throw notWritable(folder, error);
	}
	try {
		if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), {code: 'ENOTDIR'});
		accessSync(folder, constants.W_OK | constants.X_OK);
	} catch (error) {
		throw notWritable(folder, error, folder);
	}
	return made.move();
}

function removeEmpty(folder: string): void {
	try {
		rmdirSync(folder);
	} catch (error) {
		const {code = ''} = error as NodeJS.ErrnoException;
		if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY'].includes(code)) throw error;
	}
}

/** @throws Refused `output-exists` that names all of the files that are there */
export function refuseExisting(files: readonly string[]): void {
	const existing = files.filter((file) => existsSync(file));
	if (existing.length === 0) return;
	const verb = existing.length === 1 ? 'is' : 'are';
	throw new Refused('output-exists', `${existing.join(', ')} ${verb} there already`, {
		hint: 'Take another --name or folder, or --force to replace what is there.',
	});
}
