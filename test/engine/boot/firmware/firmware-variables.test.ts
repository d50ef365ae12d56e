import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	FirmwareVariables,
	openFirmwareVariables,
} from '../../../../engine/boot/firmware/firmware-variables.ts';
import {Lacking, Refused} from '../../../../engine/errors.ts';
import {fakeSystem} from '../../../../engine/system/fake.ts';
import {KernelCallFailed} from '../../../../engine/system/libc.ts';

const test = suite<{folder: string}>('variables of the firmware');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'efivars-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true, force: true}));

const guid = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const loader = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';

test('are read without their attributes, and those of others are left out', ({folder}) => {
	writeFileSync(path.join(folder, `BootOrder-${guid}`), Buffer.from([7, 0, 0, 0, 3, 0]));
	writeFileSync(path.join(folder, `BootCurrent-${guid}`), Buffer.from([6, 0, 0, 0, 3, 0]));
	writeFileSync(path.join(folder, `BootOrder-${loader}`), Buffer.from([7, 0, 0, 0, 9, 0]));
	const {order, current} = new FirmwareVariables(folder).readBoot();
	assert.equal([order, current], [[3], 3]);
});

test('say which loader entry was started', ({folder}) => {
	const variables = new FirmwareVariables(folder);
	assert.is(variables.readSelectedEntry(), undefined);
	const text = Buffer.concat([
		Buffer.from([6, 0, 0, 0]),
		Buffer.from('debian-6.12.conf\0', 'utf16le'),
	]);
	writeFileSync(path.join(folder, `LoaderEntrySelected-${loader}`), text);
	assert.is(variables.readSelectedEntry(), 'debian-6.12.conf');
});

test('say what starts by default, and whether it has to be signed', ({folder}) => {
	const variables = new FirmwareVariables(folder);
	const read = () => [variables.readDefaultEntry(), variables.readSecureBoot()];
	const put = (name: string, data: Buffer) =>
		writeFileSync(path.join(folder, name), Buffer.concat([Buffer.from([6, 0, 0, 0]), data]));
	assert.equal(read(), [undefined, false]);
	put(`LoaderEntryDefault-${loader}`, Buffer.from('\0', 'utf16le'));
	put(`SecureBoot-${guid}`, Buffer.from([0]));
	assert.equal(read(), [undefined, false]);
	put(`LoaderEntryDefault-${loader}`, Buffer.from('debian-*\0', 'utf16le'));
	put(`SecureBoot-${guid}`, Buffer.from([1]));
	assert.equal(read(), ['debian-*', true]);
});

test('are written with attributes, and removed', ({folder}) => {
	const variables = new FirmwareVariables(folder);
	variables.apply([
		{name: 'Boot0001', data: Buffer.from('data')},
		{name: 'Boot0002', data: undefined},
	]);
	assert.equal(readdirSync(folder), [`Boot0001-${guid}`]);
	const written = readFileSync(path.join(folder, `Boot0001-${guid}`));
	assert.equal([...written], [7, 0, 0, 0, ...Buffer.from('data')]);
	variables.apply([{name: 'Boot0001', data: undefined}]);
	assert.equal(readdirSync(folder), []);
});

test('that the firmware does not take are told by name', ({folder}) => {
	const variables = new FirmwareVariables(path.join(folder, 'nowhere'));
	assert.throws(
		() => variables.apply([{name: 'BootOrder', data: Buffer.alloc(2)}]),
		/the firmware does not take BootOrder: ENOENT/,
	);
});

test('are mounted for as long as they are used', ({folder}) => {
	mkdirSync(path.join(folder, 'sys/firmware/efi'), {recursive: true});
	const system = fakeSystem();
	{
		using _variables = openFirmwareVariables(system, {sys: path.join(folder, 'sys'), run: folder});
		assert.is(readdirSync(folder).length, 2);
	}
	assert.equal(
		system.calls.map(({call}) => call),
		['mount', 'unmount'],
	);
	assert.equal(readdirSync(folder), ['sys']);
});

test('are not there where no UEFI started the machine, or none may be seen', ({folder}) => {
	const places = {sys: path.join(folder, 'sys'), run: folder};
	assert.throws(
		() => openFirmwareVariables(fakeSystem(), places),
		(error: unknown) => error instanceof Refused && error.code === 'not-uefi',
	);
	mkdirSync(path.join(folder, 'sys/firmware/efi'), {recursive: true});
	const forbidden = fakeSystem({
		mount: () => {
			throw new KernelCallFailed('mount', 'efivarfs', 'EPERM');
		},
	});
	assert.throws(
		() => openFirmwareVariables(forbidden, places),
		(error: unknown) => error instanceof Lacking && error.code === 'firmware-variables',
	);
	assert.equal(readdirSync(folder), ['sys']);
});

test.run();
