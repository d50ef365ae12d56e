/** EFI programs of a few hundred bytes: headers, one section, and a signature if wanted. */
export interface EfiProgramParts {
	/** What the section holds. */
	readonly text: string;
	readonly machine?: number;
	/** Appended and named in the headers, as signing does. */
	readonly signature?: string;
}

const headerLength = 64 + 24 + 240 + 40;

export function efiProgram({text, machine = 0x8664, signature = ''}: EfiProgramParts): Buffer {
	const header = Buffer.alloc(headerLength);
	header.write('MZ');
	header.writeUInt32LE(64, 60);
	header.write('PE\0\0', 64, 'latin1');
	header.writeUInt16LE(machine, 68);
	header.writeUInt16LE(1, 70);
	header.writeUInt16LE(240, 84);
	const optional = 88;
	header.writeUInt16LE(0x20b, optional);
	header.writeUInt32LE(16, optional + 108);
	if (signature !== '') {
		header.writeUInt32LE(headerLength + text.length, optional + 144);
		header.writeUInt32LE(signature.length, optional + 148);
	}
	const section = optional + 240;
	header.write('.sdmagic', section);
	header.writeUInt32LE(text.length, section + 16);
	header.writeUInt32LE(headerLength, section + 20);
	return Buffer.concat([header, Buffer.from(text + signature, 'latin1')]);
}

/** @param padding what tells it from others of the same version */
export function systemdBootProgram(version: string, padding = ''): Buffer {
	return efiProgram({text: `\0\0#### LoaderInfo: systemd-boot ${version} ####\0${padding}`});
}
