import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput, Lacking} from '../../../engine/errors.ts';
import {
	chooseFirmware,
	findFirmware,
	firmwareFolders,
} from '../../../installer/virtual-machine/find-firmware.ts';
import {
	type Firmware,
	type MachineArchitecture,
	parseFirmwareDescriptor,
} from '../../../installer/virtual-machine/firmware.ts';
import {failure} from '../../engine/oci/settings/failure.ts';
import {descriptor, fedoraDescriptor, memoryDescriptor} from './descriptors.ts';

const test = suite('firmware');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-firmware-'));
test.after(() => rmSync(folder, {recursive: true}));

const parse = (text: string, architecture: MachineArchitecture = 'x86_64') =>
	parseFirmwareDescriptor(text, architecture, 'one.json');

test('is what its descriptor says', () => {
	const plain = {code: '/f/CODE.fd', variables: '/f/VARS.fd'};
	assert.equal(parse(descriptor({...plain, features: ['acpi-s3', 'verbose-dynamic']})), {
		code: {path: '/f/CODE.fd', format: 'raw'},
		variables: {path: '/f/VARS.fd', format: 'raw'},
		hasSecureBoot: false,
		hasKeys: false,
		needsSmm: false,
	});
	assert.equal(
		parse(
			fedoraDescriptor({
				code: '/f/CODE.qcow2',
				variables: '/f/VARS.qcow2',
				features: ['acpi-s3', 'enrolled-keys', 'requires-smm', 'secure-boot', 'feature-to-come'],
			}),
		),
		{
			code: {path: '/f/CODE.qcow2', format: 'qcow2'},
			variables: {path: '/f/VARS.qcow2', format: 'qcow2'},
			hasSecureBoot: true,
			hasKeys: true,
			needsSmm: true,
		},
	);
	const arm = descriptor({...plain, architecture: 'aarch64', machines: ['virt-*']});
	assert.is(parse(arm, 'aarch64')?.code.path, '/f/CODE.fd');
	assert.is(parse(arm), undefined);
});

test('for other machines, in memory or without variables of its own is passed over', () => {
	const plain = {code: '/f/CODE.fd', variables: '/f/VARS.fd'};
	for (const text of [
		memoryDescriptor,
		descriptor({...plain, mode: 'stateless'}),
		descriptor({...plain, mode: 'combined'}),
		descriptor({...plain, architecture: 'i386'}),
		descriptor({...plain, machines: ['pc-i440fx-*', 'microvm', 'pc-q3*']}),
		descriptor(plain).replace('"uefi"', '"bios"'),
	])
		assert.is(parse(text), undefined, text);
});

test('is not taken from what describes none', () => {
	const plain = descriptor({code: '/f/CODE.fd', variables: '/f/VARS.fd'});
	for (const text of [
		'{',
		'[]',
		'null',
		'{}',
		plain.replace('"raw"', '"vmdk"'),
		plain.replace('"filename"', '"file"'),
		plain.replace('["uefi"]', '"uefi"'),
	])
		assert.throws(
			() => parse(text),
			(error: unknown) =>
				error instanceof DamagedInput && error.message === 'one.json does not describe firmware',
			text,
		);
});

/** Makes both files of firmware, and gives where they are. */
function files(name: string): {code: string; variables: string} {
	const code = path.join(folder, `${name}.code`);
	const variables = path.join(folder, `${name}.vars`);
	writeFileSync(code, '');
	writeFileSync(variables, '');
	return {code, variables};
}

test('is found in the order of the names, where a later folder replaces and hides', async () => {
	const [system, own] = [path.join(folder, 'system'), path.join(folder, 'own')];
	for (const place of [system, own]) mkdirSync(place);
	const gone = {code: '/nowhere/CODE', variables: '/nowhere/VARS'};
	writeFileSync(path.join(system, '60-plain.json'), descriptor(files('plain')));
	writeFileSync(path.join(system, '50-other.json'), descriptor(files('other')));
	writeFileSync(path.join(system, '40-hidden.json'), descriptor(files('hidden')));
	writeFileSync(path.join(system, '30-gone.json'), descriptor(gone));
	writeFileSync(path.join(system, '20-notes.txt'), 'no descriptor');
	writeFileSync(path.join(own, '50-other.json'), descriptor(files('replaced')));
	writeFileSync(path.join(own, '40-hidden.json'), '');
	const found = await findFirmware('x86_64', [system, own, path.join(folder, 'missing')]);
	assert.equal(
		found.map(({code}) => path.relative(folder, code.path)).filter((name) => !name.startsWith('.')),
		['replaced.code', 'plain.code'],
	);
	writeFileSync(path.join(own, '10-broken.json'), 'oops');
	const broken = await failure(() => findFirmware('x86_64', [system, own]));
	assert.instance(broken, DamagedInput);
	assert.match(broken.message, '10-broken.json does not describe firmware');
});

test('may be described by the person too', () => {
	const both = ['/usr/share/qemu/firmware', '/etc/qemu/firmware'];
	assert.equal(firmwareFolders({}), both);
	assert.equal(firmwareFolders({HOME: '/h'}), [...both, '/h/.config/qemu/firmware']);
	assert.equal(firmwareFolders({HOME: '/h', XDG_CONFIG_HOME: '/x'}), [...both, '/x/qemu/firmware']);
});

const firmware = (name: string, secureBoot: boolean, keys: boolean): Firmware => ({
	code: {path: name, format: 'raw'},
	variables: {path: name, format: 'raw'},
	hasSecureBoot: secureBoot,
	hasKeys: keys,
	needsSmm: secureBoot,
});
const enrolled = firmware('enrolled', true, true);
const setup = firmware('setup', true, false);
const plain = firmware('plain', false, false);

test('is chosen by its keys, and refuses nothing unless that is asked for', () => {
	const all = [enrolled, setup, plain];
	assert.is(chooseFirmware(all, 'x86_64', undefined), plain);
	assert.is(chooseFirmware(all, 'x86_64', 'enrolled'), enrolled);
	assert.is(chooseFirmware(all, 'x86_64', 'setup'), setup);
	assert.is(chooseFirmware([enrolled, setup], 'x86_64', undefined), setup);
});

test('that is missing is named, with the packages that have it', async () => {
	const missing = async (...args: Parameters<typeof chooseFirmware>) => {
		const error = await failure(() => chooseFirmware(...args));
		assert.instance(error, Lacking);
		return {message: error.message, hint: error.hint};
	};
	assert.equal(await missing([], 'x86_64', undefined), {
		message: 'there is no UEFI firmware for virtual machines here',
		hint: 'Install ovmf (Debian, Ubuntu), edk2-ovmf (Fedora, Arch) or qemu-ovmf-x86_64 (openSUSE); or boot by --firmware bios.',
	});
	assert.equal(await missing([plain], 'aarch64', 'setup'), {
		message: 'there is no UEFI firmware with Secure Boot and no keys for virtual machines here',
		hint: 'Leave --secure-boot out, or try --secure-boot enrolled.',
	});
	// With the keys of others nothing of one's own would boot.
	assert.match(
		(await missing([enrolled], 'aarch64', undefined)).hint ?? '',
		'Install qemu-efi-aarch64',
	);
});

test.run();
