import type {ByteString} from './tree.ts';

const longestShown = 200;

/**
 * A name for people: quoted, UTF-8 shown as text, everything that could fool a terminal escaped.
 * Long names are cut at the front, since their end tells them apart.
 */
export function printable(name: ByteString): string {
	const bytes = Buffer.from(name, 'latin1');
	const shown = bytes.subarray(Math.max(0, bytes.length - longestShown));
	const text = printableText(shown.toString('utf8'));
	return shown.length === bytes.length ? `"${text}"` : `"…${text}"`;
}

/** Text that others wrote (labels of disks, names of models) for people, on one line and without quotes. */
export function printableText(text: string): string {
	return text.replace(/["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu, (character) =>
		character === '"' || character === '\\'
			? `\\${character}`
			: character === '\ufffd'
				? '?'
				: `\\u{${character.codePointAt(0)?.toString(16)}}`,
	);
}
