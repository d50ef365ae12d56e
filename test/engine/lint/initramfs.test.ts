import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {searchInitramfs} from '../../../engine/lint/initramfs.ts';
import {makeCpio} from './cpio.ts';

const test = suite('initramfs');
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-initramfs-'));
const file = path.join(folder, 'initramfs.img');
test.after(() => rmSync(folder, {recursive: true}));

const microcode = Buffer.concat([makeCpio({'kernel/x86/microcode': 'odd'}), Buffer.alloc(700)]);
const main = makeCpio({
	init: 'x'.repeat(3_000_000),
	'usr/lib/slipway/slipway-root': '#!/bin/sh',
	last: '',
});

function search(bytes: Buffer, name: string) {
	writeFileSync(file, bytes);
	return searchInitramfs(file, (candidate) => candidate === name);
}

const forms: [string, Buffer][] = [
	['plain', main],
	['plain after microcode', Buffer.concat([microcode, main])],
	['gzip after microcode', Buffer.concat([microcode, gzipSync(main)])],
	['zstd after microcode', Buffer.concat([microcode, zstdCompressSync(main)])],
	['zstd and zeros', Buffer.concat([zstdCompressSync(main), Buffer.alloc(512)])],
];
for (const [form, bytes] of forms)
	test(`finds a file in an initramfs that is ${form}`, async () => {
		assert.equal(await search(bytes, 'usr/lib/slipway/slipway-root'), {
			kind: 'found',
			name: 'usr/lib/slipway/slipway-root',
		});
	});

for (const [form, bytes] of forms.slice(0, 4))
	test(`tells that a file is not in an initramfs that is ${form}`, async () => {
		assert.equal(await search(bytes, 'nothing'), {kind: 'absent'});
	});

test('names a compression that it cannot undo', async () => {
	assert.equal(await search(Buffer.concat([microcode, Buffer.from('fd377a585a00', 'hex')]), 'x'), {
		kind: 'unreadable',
		compression: 'xz',
	});
});

const damaged: [string, Buffer, string][] = [
	[
		'text',
		Buffer.from(
			'This is no initramfs at all, whatever its name and its place say of it. '.repeat(3),
		),
		'initramfs has no cpio header where one should be (at byte 0)',
	],
	['cut off', main.subarray(0, 1000), 'initramfs ends too early (at byte 1000)'],
	[
		'cut off within gzip',
		gzipSync(main).subarray(0, 2000),
		'initramfs does not decompress as gzip',
	],
	[
		'garbage after a magic number',
		Buffer.from('28b52ffdffffffffffffffffffffffff', 'hex'),
		'initramfs does not decompress as zstd',
	],
];
for (const [what, bytes, message] of damaged)
	test(`refuses a file that is ${what}`, async () => {
		try {
			await search(bytes, 'nothing');
			assert.unreachable();
		} catch (error) {
			assert.ok(error instanceof DamagedInput);
			assert.is(error.message, message);
		}
	});

test('holds little of what it looks through', async () => {
	writeFileSync(file, zstdCompressSync(makeCpio({zeros: '\0'.repeat(100 << 20)})));
	const before = process.memoryUsage().arrayBuffers;
	await searchInitramfs(file, () => false);
	assert.ok(process.memoryUsage().arrayBuffers - before < 64 << 20);
});

test.run();
