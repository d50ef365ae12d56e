/** Which files that a configuration names a live system cannot have. */
import path from 'node:path';
import {Refused} from '../../engine/errors.ts';
import {followPath} from '../../engine/tree/follow-path.ts';
import type {Directory} from '../../engine/tree/tree.ts';

/** Empty when a system starts, whatever its image has there. */
const emptyAtBoot = /^\/(?:run|tmp)\//;
/** The machine's own. */
const ofMachine = /^\/(?:dev|proc|sys)\//;
/** Of people, and of media that nobody has attached: of this host, not of an image. */
const ofHost = /^\/(?:home|media|mnt)\//;

/**
 * Whether a file is certain not to be there in a live system.
 * @param image what the system is made of; left out where nobody can tell
 */
export function isMissingLive(file: string, image?: Directory): boolean {
	const place = path.posix.normalize(file);
	if (!path.posix.isAbsolute(place) || emptyAtBoot.test(place)) return true;
	if (ofMachine.test(place)) return false;
	if (image === undefined) return ofHost.test(place);
	return followPath(image, Buffer.from(place).toString('latin1'))?.type !== 'file';
}

/** @throws Refused `missing-files` that names all of them */
export function refuseMissingLive(files: readonly string[], name: string, image?: Directory): void {
	const missing = files.filter((file) => isMissingLive(file, image));
	if (missing.length === 0) return;
	throw new Refused(
		'missing-files',
		`a live system has no ${missing.join(', ')}, and ${name} installs with that`,
		{hint: 'Write the content into the configuration, or have the file in the image, below /usr.'},
	);
}
