import type {ByteString} from '../tree/tree.ts';

const namedEscapes = new Map([
	['\\', '\\'],
	['n', '\n'],
	['r', '\r'],
	['t', '\t'],
]);

/** Undefined when there is a backslash that begins no known escape. */
export function unescapeField(text: string): ByteString | undefined {
	let isValid = true;
	const bytes = text.replace(/\\(?:x([0-9a-fA-F]{2})|(.?))/gs, (_, hex?: string, letter = '') => {
		if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
		isValid &&= namedEscapes.has(letter);
		return namedEscapes.get(letter) ?? '';
	});
	return isValid ? bytes : undefined;
}

/** A field as a dump has it: all but printable ASCII escaped. A field that is only `-` too, as `-` means none. */
export function escapeField(bytes: ByteString): string {
	if (bytes === '-') return '\\x2d';
	return bytes.replace(/[^\x21-\x5b\x5d-\x7e]/g, escapeByte);
}

/** In keys and values of xattrs, where `=` has a meaning and `-` has none. */
export function escapeXattr(bytes: ByteString): string {
	return bytes.replace(/[^\x21-\x3c\x3e-\x5b\x5d-\x7e]/g, escapeByte);
}

function escapeByte(byte: string): string {
	for (const [letter, named] of namedEscapes) if (byte === named) return `\\${letter}`;
	return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
