import {Lacking} from '../../engine/errors.ts';
import {printable} from '../../engine/tree/printable.ts';
import type {ByteString, Metadata} from '../../engine/tree/tree.ts';
import {verityInodeFlags} from './verity-layout.ts';

/** An inode by its number, or by its path from the root of the file system, without a slash. */
export type InodeName = number | ByteString;

/** debugfs reads lines into a buffer of BUFSIZ, and cuts longer ones in two. */
const maxLineLength = 8190;

/** Ends the file at its content and tells the kernel that its fs-verity metadata lies behind. */
export function verityCommands(inode: InodeName, size: number): ByteString {
	const name = inodeArgument(inode);
	return (
		line(`sif ${name} size ${size}`) + line(`sif ${name} flags 0x${verityInodeFlags.toString(16)}`)
	);
}

/** `valueFile`: a path on this host, without spaces or quotes, that holds the value. */
export function xattrCommand(inode: InodeName, key: ByteString, valueFile: string): ByteString {
	return line(`ea_set -f ${valueFile} ${inodeArgument(inode)} ${quote(key)}`);
}

/**
 * The part of a time that the low 32 bits of its seconds do not hold: nanoseconds, and in the lowest
 * two bits how many times 2^32 seconds are to be added to them as a signed number.
 * @see https://docs.kernel.org/filesystems/ext4/inodes.html#inode-timestamps
 */
export function mtimeExtra({mtimeSec, mtimeNsec}: Time): number {
	const epoch = (mtimeSec - (mtimeSec | 0)) / 2 ** 32;
	return mtimeNsec * 4 + (epoch & 3);
}

export function mtimeExtraCommand(inode: InodeName, time: Time): ByteString {
	return line(`sif ${inodeArgument(inode)} mtime_extra ${mtimeExtra(time)}`);
}

type Time = Pick<Metadata, 'mtimeSec' | 'mtimeNsec'>;

function inodeArgument(inode: InodeName): ByteString {
	return typeof inode === 'number' ? `<${inode}>` : quote(`/${inode}`);
}

/** As one argument of a debugfs command: in quotes everything stands for itself but the quote. */
export function quote(argument: ByteString): ByteString {
	return `"${argument.replaceAll('"', '""')}"`;
}

function line(command: ByteString): ByteString {
	if (/[\0\r\n]/.test(command) || command.length > maxLineLength)
		throw new Lacking(
			'unsupported-name',
			`debugfs cannot be given the name in ${printable(command)}`,
			{
				hint: 'Write to a mounted file system, which takes any name, or rename the file in the image.',
			},
		);
	return `${command}\n`;
}
