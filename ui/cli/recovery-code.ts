import type {Levels, UiMode} from '../tui/terminal/levels.ts';
import {ownLevels} from '../tui/terminal/own-levels.ts';
import {formatRecoveryKey} from './installed.ts';
import {drawQrCode} from './qr-code.ts';

/** White on black, whatever the terminal's own colours are. */
const [whiteOnBlack, ownColors] = ['\x1b[97;40m', '\x1b[39;49m'];

/** A key as a QR code, one line each; none where the terminal has no signs or no room for it. */
export function recoveryCode(
	key: string,
	{glyphs, color, mode}: Levels,
	columns: number | undefined,
): string[] {
	if (mode === 'plain' || glyphs === 'ascii') return [];
	const lines = drawQrCode(key, glyphs === 'unicode' ? 'half' : 'full');
	if ((lines[0]?.length ?? 0) > (columns ?? 80)) return [];
	return color === 0 ? lines : lines.map((line) => `${whiteOnBlack}${line}${ownColors}`);
}

/** A recovery key for the terminal of this process. @param hasCode whether a QR code of it is wanted */
export function shownRecoveryKey(key: string, hasCode: boolean, asked: UiMode = 'auto'): string {
	const code = hasCode ? recoveryCode(key, ownLevels(asked), process.stdout.columns) : [];
	return formatRecoveryKey(key, code);
}
