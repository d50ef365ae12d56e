import {mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../../engine/errors.ts';
import {cpioArchive} from '../../../installer/live/cpio.ts';
import {formatNetworkScript, writeImageArchive} from '../../../installer/live/network-boot.ts';

const test = suite('network boot');
const {signal} = new AbortController();
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-network-'));
const place = (name: string) => path.join(folder, name);
test.after(() => rmSync(folder, {recursive: true}));

test('has the image as a file of an initramfs', async () => {
	const bytes = Buffer.from('an image of 22 bytes..');
	writeFileSync(place('image'), bytes);
	await writeImageArchive(place('image'), place('archive'), signal);
	assert.equal(
		readFileSync(place('archive')),
		cpioArchive([{path: 'root.erofs', mode: 0o644, bytes}]),
	);
});

test('refuses an image that no initramfs can have', async () => {
	writeFileSync(place('large'), '');
	truncateSync(place('large'), 2 ** 32);
	const error: unknown = await writeImageArchive(place('large'), place('none'), signal).catch(
		(thrown: unknown) => thrown,
	);
	assert.instance(error, Refused);
	assert.match(
		String(error),
		'the compressed image has 4.0 GiB, a network boot takes less than 4 GiB',
	);
});

test('is a script that names all files, for every firmware', () => {
	assert.is(
		formatNetworkScript({
			kernel: 'vmlinuz',
			initramfs: ['initrd.img', 'root.cpio'],
			commandLine: 'root=tmpfs quiet',
		}),
		`#!ipxe
kernel vmlinuz initrd=initrd.img initrd=root.cpio root=tmpfs quiet
initrd initrd.img
initrd root.cpio
boot
`,
	);
});

test.run();
