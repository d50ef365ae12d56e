/** A cpio archive (newc) of empty or given files, as an initramfs has it. */
export function makeCpio(files: Readonly<Record<string, string>>): Buffer {
	const entries = Object.entries({...files, 'TRAILER!!!': ''});
	return Buffer.concat(entries.flatMap(([name, content]) => makeEntry(name, Buffer.from(content))));
}

function makeEntry(name: string, content: Buffer): Buffer[] {
	const nameBytes = Buffer.from(`${name}\0`);
	const fields = [1, 0o100644, 0, 0, 1, 0, content.length, 0, 0, 0, 0, nameBytes.length, 0];
	const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
	return [padToFour(Buffer.concat([Buffer.from(header), nameBytes])), padToFour(content)];
}

function padToFour(bytes: Buffer): Buffer {
	return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
