import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {cpioArchive, cpioFrame} from '../../../installer/live/cpio.ts';

const test = suite('cpio archive');

const archive = cpioArchive([
	{path: 'usr/lib/slipway/a', mode: 0o644, bytes: Buffer.from('five!')},
	{path: 'usr/lib/b', mode: 0o755, bytes: Buffer.alloc(0)},
]);

test('has folders before what is in them, each once, and ends with its trailer', () => {
	const names = [
		'usr',
		'usr/lib',
		'usr/lib/slipway',
		'usr/lib/slipway/a',
		'usr/lib/b',
		'TRAILER!!!',
	];
	// Behind the header of each, whose last field is 0.
	const places = names.map((name) => archive.indexOf(`00000000${name}\0`));
	assert.equal(
		places,
		places.toSorted((a, b) => a - b),
	);
	assert.not.ok(places.includes(-1));
	assert.is(archive.toString('latin1').match(/070701/g)?.length, names.length);
	assert.is(archive.length % 4, 0);
});

test('can be made around a file that is not in memory', () => {
	for (const text of ['', 'f', 'five!']) {
		const bytes = Buffer.from(text);
		const {before, behind} = cpioFrame('usr/lib/b', 0o755, bytes.length);
		assert.equal(
			Buffer.concat([before, bytes, behind]),
			cpioArchive([{path: 'usr/lib/b', mode: 0o755, bytes}]),
		);
	}
	assert.throws(() => cpioFrame('b', 0o644, 2 ** 32), 'too large');
});

const hasCpio = spawnSync('cpio', ['--version']).error === undefined;
if (!hasCpio) console.log('skipped: cpio is not installed');

(hasCpio ? test : test.skip)('is unpacked by cpio to what went in', () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-cpio-'));
	try {
		const {status, stderr} = spawnSync('cpio', ['-i', '--quiet'], {cwd: folder, input: archive});
		assert.is(status, 0, String(stderr));
		assert.is(readFileSync(path.join(folder, 'usr/lib/slipway/a'), 'utf8'), 'five!');
		assert.is(statSync(path.join(folder, 'usr/lib/b')).mode, 0o100755);
		assert.is(statSync(path.join(folder, 'usr/lib')).mode, 0o040755);
	} finally {
		rmSync(folder, {recursive: true});
	}
});

test.run();
