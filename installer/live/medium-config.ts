/**
 * A configuration on a live medium: an initramfs of its own, whose files slipway-live puts where the consoles of
 * the live system look for them.
 */
import path from 'node:path';
import {liveConfigFolder} from '../../engine/source/live-root.ts';
import {cpioArchive} from './cpio.ts';

export interface MediumConfig {
	/** Of the file that it comes from: the ending says what kind it is. */
	readonly name: string;
	/** Checked already. */
	readonly bytes: Buffer;
	/** Whether what is found may wipe: nobody is asked then, on whatever machine it is started. */
	readonly mayWipe: boolean;
}

/** One of them is there; what has another ending is told by what is in it. */
export const mediumConfigFiles = ['toml', 'json', 'ks', 'cfg'].map(
	(ending) => `${liveConfigFolder}/slipway.${ending}`,
);

/** The same as a file of the image, see `embeddedPermit`. */
export const mediumPermit = `${liveConfigFolder}/may-wipe`;

/** Where the files are before: what is in /run then is not kept. */
const folderInInitramfs = 'usr/lib/slipway/config';

/** May have secrets in it. */
const secretMode = 0o600;

export function configInitramfs({name, bytes, mayWipe}: MediumConfig): Buffer {
	const [, ending = 'cfg'] = /\.(toml|json|ks)$/.exec(name) ?? [];
	const place = (file: string) => `${folderInInitramfs}/${path.basename(file)}`;
	return cpioArchive([
		{path: place(`slipway.${ending}`), mode: secretMode, bytes},
		...(mayWipe ? [{path: place(mediumPermit), mode: secretMode, bytes: Buffer.alloc(0)}] : []),
	]);
}
