import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostSystem} from '../../../engine/system/host.ts';
import {probeRegion} from '../../../installer/disk/signatures.ts';
import {MiB} from '../../../installer/disk/size.ts';
import {swapHeader, writeSwapSpace} from '../../../installer/disk/swap-space.ts';

const test = suite('swap space');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-swap-'));
test.after(() => rmSync(folder, {recursive: true}));

const uuid = '0b8c1a52-7a59-4f0a-9a6e-2d6a7a0c6a34';
const fileSystem = {type: 'swap', uuid, label: 'slipway-swap'} as const;

test('is what mkswap makes', () => {
	const file = path.join(folder, 'mkswap');
	writeFileSync(file, '');
	truncateSync(file, 8 * MiB);
	execFileSync('mkswap', ['-q', '-U', uuid, '-L', fileSystem.label, file], {stdio: 'ignore'});
	const made = execFileSync('head', ['-c', '4096', file]);
	assert.equal(swapHeader({size: 8 * MiB, fileSystem}), made);
});

test('lies where its partition is', async () => {
	const file = path.join(folder, 'disk');
	writeFileSync(file, '');
	truncateSync(file, 16 * MiB);
	await writeSwapSpace(file, {start: 4 * MiB, size: 8 * MiB, fileSystem});
	assert.equal(await probeRegion(hostSystem(), file, {start: 4 * MiB, size: 8 * MiB}), {
		type: 'swap',
		uuid,
		label: 'slipway-swap',
	});
	assert.is(await probeRegion(hostSystem(), file, {start: 0, size: 4 * MiB}), undefined);
});

test.run();
