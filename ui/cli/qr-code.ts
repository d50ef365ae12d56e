/** QR codes for terminals. Light modules are drawn, dark ones are what is behind them: that has to be black. */
import {encodeQR} from 'qr';

/** Modules on each side. The standard asks for 4; readers do with 2, and 80x24 has no room for more. */
const border = 2;

/** How a module is drawn: as half of a character, or as two of them where a font has no halves. */
export type QrBlocks = 'half' | 'full';

/** Rows of text, without ends of lines. A text of up to 78 bytes takes 37 columns and 19 rows in halves. */
export function drawQrCode(text: string, blocks: QrBlocks): string[] {
	const rows = encodeQR(text, 'raw', {ecc: 'low', border});
	if (blocks === 'full')
		return rows.map((row) => row.map((isDark) => (isDark ? '  ' : '██')).join(''));
	const pairs = rows.flatMap((row, at) =>
		at % 2 === 0 ? [[row, rows[at + 1] ?? []] as const] : [],
	);
	return pairs.map(([upper, lower]) =>
		upper.map((isDark, at) => halves(!isDark, lower[at] === false)).join(''),
	);
}

function halves(isUpperLight: boolean, isLowerLight: boolean): string {
	if (isUpperLight) return isLowerLight ? '█' : '▀';
	return isLowerLight ? '▄' : ' ';
}
