import {drawQrCode} from '../../cli/qr-code.ts';
import type {Glyphs} from '../terminal/glyphs.ts';
import {type Row, row} from './row.ts';

interface Room {
	readonly width: number;
	readonly height: number;
	readonly glyphs: Glyphs;
}

/** A text as a QR code, or what the terminal lacks for it. */
export function codeRows(text: string, {width, height, glyphs}: Room): Row[] {
	if (glyphs.level === 'ascii') return [row(' This terminal has no signs to draw a QR code with.')];
	const lines = drawQrCode(text, glyphs.level === 'unicode' ? 'half' : 'full');
	const columns = lines[0]?.length ?? 0;
	if (columns <= width && lines.length <= height) return lines.map((line) => row(line, 'code'));
	return [row(` No room for a QR code: it takes ${columns} columns and ${lines.length} rows.`)];
}
