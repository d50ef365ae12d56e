import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {menuMark} from '../../../engine/boot/grub/menu.ts';
import {grubFolderInImage} from '../../../engine/boot/grub/read-images.ts';
import {DamagedInput, Refused} from '../../../engine/errors.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';
import {checkGrub} from '../../../engine/preflight/check-grub.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {grubImages} from '../boot/grub/grub-images.ts';

const test = suite<{folder: string}>('GRUB that an image must have');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-check-grub-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

function file(folder: string, place: string, content: string | Buffer): void {
	mkdirSync(path.dirname(path.join(folder, place)), {recursive: true});
	writeFileSync(path.join(folder, place), content);
}

/** What a machine in this folder says to the image in it. */
async function check(folder: string): Promise<unknown> {
	const system = fakeSystem({}, {bootctl: `${folder}/boot\n`});
	const image = new ImageRoot(path.join(folder, 'image'));
	return await checkGrub(system, image, path.join(folder, 'machine')).catch((error) => error);
}

test('is asked for where a BIOS starts the machine by it', async ({folder}) => {
	assert.is(await check(folder), undefined);
	file(folder, 'boot/grub/grub.cfg', menuMark);
	const refusal = await check(folder);
	assert.instance(refusal, Refused);
	assert.is((refusal as Refused).code, 'no-grub');
	assert.match((refusal as Refused).message, 'the image has no GRUB in /usr/lib/slipway/grub');
	mkdirSync(path.join(folder, 'machine/sys/firmware/efi'), {recursive: true});
	assert.is(await check(folder), undefined);
});

test('has to be GRUB', async ({folder}) => {
	const {boot, core} = grubImages();
	file(folder, 'boot/grub/grub.cfg', menuMark);
	file(folder, `image${grubFolderInImage}/boot.img`, boot);
	file(folder, `image${grubFolderInImage}/core.img`, core);
	assert.is(await check(folder), undefined);
	file(folder, `image${grubFolderInImage}/core.img`, 'something else');
	assert.instance(await check(folder), DamagedInput);
});

test.run();
