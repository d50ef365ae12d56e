import decodeQR from 'qr/decode.js';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatRecoveryKey} from '../../../ui/cli/installed.ts';
import {drawQrCode} from '../../../ui/cli/qr-code.ts';
import {recoveryCode} from '../../../ui/cli/recovery-code.ts';

const test = suite('recovery key as a QR code');

const key = 'bdhjkrtu-cefilnvb-dhjkrtuc-efilnvbd-hjkrtuce-filnvbdh-jkrtucef-ilnvbdhj';
const unicode = {mode: 'screens', color: 0, glyphs: 'unicode', motion: 'full'} as const;

/** Rows of light dots, as somebody in front of a black screen sees them. */
function dotsOf(lines: readonly string[], blocks: 'half' | 'full'): boolean[][] {
	if (blocks === 'full')
		return lines.map((line) => [...line.replaceAll(/(.)\1/g, '$1')].map((sign) => sign === '█'));
	return lines.flatMap((line) => [
		[...line].map((sign) => '█▀'.includes(sign)),
		[...line].map((sign) => '█▄'.includes(sign)),
	]);
}

/** What a camera would make of it. */
function scan(lines: readonly string[], blocks: 'half' | 'full'): string {
	const dots = dotsOf(lines, blocks);
	const scale = 4;
	const width = (dots[0]?.length ?? 0) * scale;
	const height = dots.length * scale;
	const data = new Uint8Array(width * height * 4);
	for (let at = 0; at < width * height; at++) {
		const isLight = dots[Math.floor(at / width / scale)]?.[Math.floor((at % width) / scale)];
		data.set(isLight ? [255, 255, 255, 255] : [0, 0, 0, 255], at * 4);
	}
	return decodeQR({width, height, data});
}

test('says the key', () => {
	for (const blocks of ['half', 'full'] as const)
		assert.is(scan(drawQrCode(key, blocks), blocks), key);
});

test('fits a terminal of 80 by 24 with the key itself, in half blocks', () => {
	const lines = drawQrCode(key, 'half');
	assert.is(lines.length, 19);
	for (const line of lines) assert.match(line, /^[ █▀▄]{37}$/);
});

test('is drawn where the terminal has signs and room for it', () => {
	assert.equal(recoveryCode(key, unicode, 80), drawQrCode(key, 'half'));
	assert.equal(recoveryCode(key, {...unicode, glyphs: 'vt'}, undefined), drawQrCode(key, 'full'));
	assert.equal(recoveryCode(key, {...unicode, glyphs: 'vt'}, 73), []);
	assert.equal(recoveryCode(key, {...unicode, glyphs: 'ascii'}, 200), []);
	assert.equal(recoveryCode(key, {...unicode, mode: 'plain'}, 200), []);
	assert.equal(recoveryCode(key, unicode, 36), []);
	const [first] = recoveryCode(key, {...unicode, color: 8}, 80);
	assert.is(first, `\x1b[97;40m${'█'.repeat(37)}\x1b[39;49m`);
});

test('comes below the text, which is there without it', () => {
	const text = `
Recovery key. It opens the disk when all else fails, and is shown only now:

    ${key}
`;
	assert.is(formatRecoveryKey(key, []), text);
	assert.is(formatRecoveryKey(key, ['▀▄', '▄▀']), `${text}\n▀▄\n▄▀\n`);
});

test.run();
