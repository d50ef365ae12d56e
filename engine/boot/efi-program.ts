/**
 * What firmware starts from an ESP: a PE32+ image, here as far as it says whether the file is whole, whom
 * it is for, and whether it is systemd-boot.
 * @see https://learn.microsoft.com/windows/win32/debug/pe-format
 */
export interface EfiProgram {
	/** `IMAGE_FILE_MACHINE_…`; equal for programs of one architecture. */
	readonly machine: number;
	/** Of systemd-boot, with the release of its package: `257.9-1~deb13u1`. Undefined for others. */
	readonly systemdBoot: string | undefined;
	/** Whether it has signatures for Secure Boot, by whomever. */
	readonly isSigned: boolean;
}

const dosHeaderLength = 64;
const coffHeaderLength = 24;
const sectionHeaderLength = 40;
/** Of PE32+: what is before its data directories, and the one of them that counts from the file's start. */
const directoriesOffset = 112;
const certificates = 4;

/** Undefined when it is not one, or not all of it is there. */
export function parseEfiProgram(bytes: Buffer): EfiProgram | undefined {
	const headers = readHeaders(bytes);
	if (headers === undefined || headers.length > bytes.length) return undefined;
	const {machine, isSigned} = headers;
	return {machine, systemdBoot: systemdBootVersion(bytes), isSigned};
}

interface Headers extends Pick<EfiProgram, 'machine' | 'isSigned'> {
	/** Bytes that the file has at least. */
	readonly length: number;
}

/** Undefined when the headers are not there. */
function readHeaders(bytes: Buffer): Headers | undefined {
	if (bytes.length < dosHeaderLength || bytes.toString('latin1', 0, 2) !== 'MZ') return undefined;
	const header = bytes.readUInt32LE(60);
	const optional = header + coffHeaderLength;
	if (optional > bytes.length || bytes.toString('latin1', header, header + 4) !== 'PE\0\0')
		return undefined;
	const sections = optional + bytes.readUInt16LE(header + 20);
	const end = sections + bytes.readUInt16LE(header + 6) * sectionHeaderLength;
	if (end > bytes.length || sections < optional + directoriesOffset) return undefined;
	if (bytes.readUInt16LE(optional) !== 0x20b) return undefined;
	const signaturesEnd = endOfSignatures(bytes, optional, sections);
	const ends = [end, signaturesEnd];
	for (let at = sections; at < end; at += sectionHeaderLength)
		ends.push(bytes.readUInt32LE(at + 16) + bytes.readUInt32LE(at + 20));
	const machine = bytes.readUInt16LE(header + 4);
	return {machine, isSigned: signaturesEnd > 0, length: Math.max(...ends)};
}

/** They lie behind the sections; 0 when there are none. */
function endOfSignatures(bytes: Buffer, optional: number, sections: number): number {
	const directory = optional + directoriesOffset + certificates * 8;
	const count = bytes.readUInt32LE(optional + directoriesOffset - 4);
	if (count <= certificates || directory + 8 > sections) return 0;
	return bytes.readUInt32LE(directory) + bytes.readUInt32LE(directory + 4);
}

/** The mark by which systemd knows its boot loader; the EFI stub has one too, with another name. */
function systemdBootVersion(bytes: Buffer): string | undefined {
	const start = bytes.indexOf('#### LoaderInfo: ');
	if (start === -1) return undefined;
	const mark = bytes.toString('latin1', start, start + 128);
	return /^#### LoaderInfo: systemd-boot ([!-~]+) ####/.exec(mark)?.[1];
}
