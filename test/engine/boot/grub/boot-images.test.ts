import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	coreRoom,
	coreSectorOf,
	placedBoot,
	placedCore,
} from '../../../../engine/boot/grub/boot-images.ts';
import {
	elToritoImage,
	elToritoLength,
	hybridBootSector,
} from '../../../../engine/boot/grub/medium-images.ts';
import {findGrub, findMediumGrub, lookForGrub} from '../../../../engine/boot/grub/read-images.ts';
import {DamagedInput, Lacking} from '../../../../engine/errors.ts';
import {ImageRoot} from '../../../../engine/lint/image-root.ts';
import {grubImages} from './grub-images.ts';

const test = suite("GRUB's images");

const {boot, core} = grubImages();

test('leave the parameters, table and signature of a first sector', () => {
	const found = Buffer.alloc(512, 7);
	const placed = placedBoot(boot, found, 2 ** 33 + 5);
	const wanted = Buffer.from(boot);
	wanted.fill(7, 3, 0x5a);
	wanted.fill(7, 0x1b8, 512);
	wanted.writeBigUInt64LE(2n ** 33n + 5n, 0x5c);
	wanted.set([0xff, boot.readUInt8(0x65), 0x90, 0x90], 0x64);
	assert.equal(placed, wanted);
});

test('know each other by their sectors', () => {
	const found = Buffer.alloc(512);
	found.writeUInt16LE(0xaa55, 510);
	assert.is(coreSectorOf(placedBoot(boot, found, 4096)), 4096);
	assert.is(coreSectorOf(found), undefined);
	assert.is(coreSectorOf(Buffer.alloc(512)), undefined);
});

test('are placed in whole sectors, with what the first has to load', () => {
	const placed = placedCore(core, 2048);
	assert.is(placed.length, 3072);
	const wanted = Buffer.alloc(3072);
	core.copy(wanted);
	wanted.writeBigUInt64LE(2049n, 0x1f4);
	wanted.writeUInt16LE(5, 0x1fc);
	wanted.writeUInt16LE(0x820, 0x1fe);
	assert.equal(placed, wanted);
});

test('tell El Torito and a first sector where they are on a medium', () => {
	const cdBoot = Buffer.alloc(2048, 1);
	const image = elToritoImage({cdBoot, core}, 40);
	assert.is(image.length, elToritoLength({cdBoot, core}));
	assert.equal(
		[8, 12, 16].map((at) => image.readUInt32LE(at)),
		[16, 40, image.length],
	);
	let sum = 0;
	for (let at = 64; at < image.length; at += 4) {
		const word = Buffer.alloc(4);
		image.copy(word, 0, at);
		sum = (sum + word.readUInt32LE(0)) % 2 ** 32;
	}
	assert.is(image.readUInt32LE(20), sum);
	assert.is(image.readBigUInt64LE(2048 + 0x1f4), 165n);
	const first = Buffer.alloc(512, 9);
	const sector = hybridBootSector(Buffer.alloc(512, 2), first, 40);
	assert.is(sector.readBigUInt64LE(0x1b0), 164n);
	assert.equal(sector.subarray(0x1b8), first.subarray(0x1b8));
	assert.equal(sector.subarray(0, 0x1b0), Buffer.alloc(0x1b0, 2));
});

test('are read from an image, or said to be missing or something else', async () => {
	const root = mkdtempSync(path.join(tmpdir(), 'slipway-grub-'));
	try {
		assert.is(await lookForGrub(new ImageRoot(root)), undefined);
		await findGrub(new ImageRoot(root)).then(
			() => assert.unreachable(),
			(error: unknown) => {
				assert.instance(error, Lacking);
				assert.is((error as Lacking).code, 'no-grub');
			},
		);
		const folder = path.join(root, 'usr/lib/slipway/grub');
		mkdirSync(folder, {recursive: true});
		const others: readonly (readonly [Buffer, Buffer])[] = [
			[Buffer.alloc(512), core],
			[boot, Buffer.alloc(2000)],
			[boot, Buffer.alloc(0)],
			[boot, Buffer.concat([core, Buffer.alloc(coreRoom)])],
		];
		for (const [otherBoot, otherCore] of others) {
			writeFileSync(path.join(folder, 'boot.img'), otherBoot);
			writeFileSync(path.join(folder, 'core.img'), otherCore);
			await findGrub(new ImageRoot(root)).then(
				() => assert.unreachable(),
				(error: unknown) => assert.instance(error, DamagedInput),
			);
		}
		writeFileSync(path.join(folder, 'boot.img'), boot);
		writeFileSync(path.join(folder, 'core.img'), core);
		assert.equal(await findGrub(new ImageRoot(root)), {boot, core});
		const missing: unknown = await findMediumGrub(new ImageRoot(root)).catch((error) => error);
		assert.instance(missing, Lacking);
		for (const name of ['cdboot.img', 'boot_hybrid.img'])
			writeFileSync(path.join(folder, name), name);
		assert.equal(await findMediumGrub(new ImageRoot(root)), {
			cdBoot: Buffer.from('cdboot.img'),
			hybridBoot: Buffer.from('boot_hybrid.img'),
			core,
		});
	} finally {
		rmSync(root, {recursive: true});
	}
});

test.run();
