import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {findSystemdBoot, systemdBootFiles} from '../../../engine/boot/systemd-boot-files.ts';
import {Refused} from '../../../engine/errors.ts';
import {ImageRoot} from '../../../engine/lint/image-root.ts';

const test = suite<{root: string}>('systemd-boot files');
const folder = 'usr/lib/systemd/boot/efi';

test.before.each((context) => {
	context.root = mkdtempSync(path.join(tmpdir(), 'image-'));
	mkdirSync(path.join(context.root, folder), {recursive: true});
});
test.after.each(({root}) => rmSync(root, {recursive: true}));

test('puts systemd-boot where firmware and bootctl look for it', () => {
	const source = {kind: 'path', path: '/a.efi'} as const;
	const configuration = (timeout: number) => ({
		path: 'loader/loader.conf',
		source: {kind: 'bytes', bytes: Buffer.from(`timeout ${timeout}\ndefault slipway-*\n`)},
	});
	assert.equal(systemdBootFiles('/a.efi', 'x64'), [
		{path: 'EFI/systemd/systemd-bootx64.efi', source},
		{path: 'EFI/BOOT/BOOTX64.EFI', source},
		configuration(3),
	]);
	assert.equal(systemdBootFiles('/a.efi', 'aa64', {timeoutSec: 0}), [
		{path: 'EFI/systemd/systemd-bootaa64.efi', source},
		{path: 'EFI/BOOT/BOOTAA64.EFI', source},
		configuration(0),
	]);
});

test('takes a signed program before an unsigned one', async ({root}) => {
	const program = path.join(root, folder, 'systemd-bootx64.efi');
	for (const name of [program, `${program}.signed`]) {
		writeFileSync(name, '');
		assert.is(await findSystemdBoot(new ImageRoot(root), 'x64'), name);
	}
});

test('takes what a link leads to in the image, and passes over one that leads nowhere', async ({
	root,
}) => {
	const place = path.join(root, folder, 'systemd-bootx64.efi');
	const program = path.join(root, 'usr/share/boot.efi');
	mkdirSync(path.dirname(program));
	writeFileSync(program, '');
	symlinkSync('/usr/share/gone.efi', `${place}.signed`);
	for (const target of ['/usr/share/boot.efi', '../../../../share/boot.efi']) {
		symlinkSync(target, place);
		assert.is(await findSystemdBoot(new ImageRoot(root), 'x64'), program);
		rmSync(place);
	}
});

test('refuses an image without systemd-boot for its architecture', async ({root}) => {
	writeFileSync(path.join(root, folder, 'systemd-bootx64.efi'), '');
	try {
		await findSystemdBoot(new ImageRoot(root), 'aa64');
		assert.unreachable('found one');
	} catch (error) {
		assert.instance(error, Refused);
		const {code, message} = error as Refused;
		assert.equal(
			[code, message],
			['no-boot-loader', `the image has no /${folder}/systemd-bootaa64.efi`],
		);
	}
});

test.run();
