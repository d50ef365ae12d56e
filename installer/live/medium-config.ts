/**
 * A configuration on a live medium: an initramfs of its own, whose files slipway-live puts where the consoles of
 * the live system look for them.
 */
import path from 'node:path';
import {liveConfigFolder} from '../../engine/source/live-root.ts';
import type {Answers} from '../answers/answers.ts';
import {localSources} from '../bootstrap/source-contents.ts';
import {cpioArchive} from './cpio.ts';
import type {ConfigEffect} from './medium-effect.ts';

export interface MediumConfig {
	/** Of the file that it comes from: the ending says what kind it is. */
	readonly name: string;
	/** Checked already. */
	readonly bytes: Buffer;
	/** Whether what is found may wipe: nobody is asked then, on whatever machine it is started. */
	readonly mayWipe: boolean;
	/** Of a kickstart: was read leniently, and is to be so by the live system. */
	readonly isLenient: boolean;
	/** Files that it names, which the image has to have. */
	readonly imageFiles: readonly string[];
	readonly effect: ConfigEffect;
}

/** What a script brings that runs before is not known. */
export function imageFilesOf(answers: Answers): readonly string[] {
	return answers.scripts.pre.length > 0 ? [] : localSources(answers);
}

/** One of them is there; what has another ending is told by what is in it. */
export const mediumConfigFiles = ['toml', 'json', 'ks', 'cfg'].map(
	(ending) => `${liveConfigFolder}/slipway.${ending}`,
);

/** Empty files beside it that say more of it, and of nothing that is found elsewhere. */
export const mediumPermit = `${liveConfigFolder}/may-wipe`;
export const mediumLenience = `${liveConfigFolder}/lenient`;

/** Where the files are before: what is in /run then is not kept. */
const folderInInitramfs = 'usr/lib/slipway/config';

/** May have secrets in it. */
const secretMode = 0o600;

export function configInitramfs({
	name,
	bytes,
	mayWipe,
	isLenient,
}: Pick<MediumConfig, 'name' | 'bytes' | 'mayWipe' | 'isLenient'>): Buffer {
	const [, ending = 'cfg'] = /\.(toml|json|ks)$/.exec(name) ?? [];
	const place = (file: string) => `${folderInInitramfs}/${path.basename(file)}`;
	return cpioArchive([
		{path: place(`slipway.${ending}`), mode: secretMode, bytes},
		...[...(mayWipe ? [mediumPermit] : []), ...(isLenient ? [mediumLenience] : [])].map((mark) => ({
			path: place(mark),
			mode: secretMode,
			bytes: Buffer.alloc(0),
		})),
	]);
}
