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

for (const [argument, shown, why] of [
	['a=${net0/mac', 'a=${net0/mac', '${ begins a setting'],
	['a="b && c"', 'a="b && c"', 'the word ||, && or ; ends the command'],
	['quiet ;', ';', 'the word ||, && or ; ends the command'],
	['||', '||', 'the word ||, && or ; ends the command'],
	['#a b', '#a', 'a word with # in front is a comment'],
	['a="b #c"', 'a="b #c"', 'a word with # in front is a comment'],
	['a="b  c"', 'a="b  c"', 'blanks become one'],
	['a=\\', 'a=\\', 'a backslash at the end joins the next line'],
] as const)
	test(`refuses what iPXE would not hand on: ${argument}`, () => {
		const files = {kernel: 'vmlinuz', initramfs: []};
		const commandLine = `root=tmpfs ${argument}`;
		assert.throws(
			() => formatNetworkScript({...files, commandLine}),
			(error: unknown) =>
				error instanceof Refused &&
				error.message === `iPXE cannot give the kernel argument ${shown}: ${why}`,
		);
	});

test('hands on what only looks alike', () => {
	const commandLine = 'a=b;c a&&b a||b "a $b" a=#b $x {y} a\\b';
	const files = {kernel: 'vmlinuz', initramfs: []};
	assert.match(formatNetworkScript({...files, commandLine}), `kernel vmlinuz  ${commandLine}\n`);
});

test.run();
