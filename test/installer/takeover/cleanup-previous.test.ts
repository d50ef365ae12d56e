import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootArchitecture} from '../../../engine/boot/architecture.ts';
import {formatLoadOption} from '../../../engine/boot/firmware/load-option.ts';
import {placesOnEsp} from '../../../engine/boot/systemd-boot-files.ts';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {OperationFailed, Refused} from '../../../engine/errors.ts';
import {cleanPrevious, findPrevious} from '../../../installer/takeover/cleanup-previous.ts';
import {
	formatPreviousRecord,
	type PreviousRecord,
	previousRecordFile,
} from '../../../installer/takeover/previous-record.ts';
import {systemdBootProgram} from '../../engine/boot/efi-programs.ts';
import {type MadeMachine, makeMachine, writeFile} from '../../engine/deployment/made-machine.ts';
import {fresh, sampleEntry, sampleMachine} from '../../engine/deployment/samples.ts';

const test = suite('the clean-up of the system before');

const {efi} = bootArchitecture();
const {own, fallback} = placesOnEsp(efi);
const esp = {number: 1, start: 2048, size: 4096, uuid: '11111111-2222-3333-4444-555555555555'};
const variable = (name: string) => `run/efivarfs/${name}-8be4df61-93ca-11d2-aa0d-00e098032b8c`;
const record: PreviousRecord = {
	version: 1,
	title: 'Debian GNU/Linux 13',
	keep: ['home'],
	boot: {esp: esp.uuid, files: ['EFI/debian'], hasFallback: true},
};
const good = sampleMachine([sampleEntry(0)], 0);
const options = {name: 'slipway cleanup-previous'};

/** A machine with an old system beside slipway's. */
async function oldMachine(set: DeploymentSet = good): Promise<MadeMachine> {
	const machine = await makeMachine(set);
	const {root} = machine;
	const put = (place: string, content: string | Buffer) => {
		mkdirSync(path.dirname(path.join(root, place)), {recursive: true});
		writeFileSync(path.join(root, place), content);
	};
	put(`sysroot/${previousRecordFile}`, formatPreviousRecord(record));
	put('sysroot/composefs/objects/ab/c', 'object');
	put('sysroot/home/me/file', 'mine');
	put('sysroot/usr/bin/true', 'x'.repeat(10_000));
	put('sysroot/etc/passwd', 'root');
	symlinkSync('/etc', path.join(root, 'sysroot/usr/outside'));
	symlinkSync('usr/bin', path.join(root, 'sysroot/bin'));
	put('efi/EFI/debian/shimx64.efi', 'shim');
	put(`efi/${fallback}`, 'shim');
	put(`efi/${own}`, 'systemd-boot');
	put('efi/EFI/Microsoft/Boot/bootmgfw.efi', 'windows');
	put('efi/loader/entries/slipway-previous.conf', 'title Debian\nefi /EFI/debian/shimx64.efi\n');
	put(`usr/lib/systemd/boot/efi/systemd-boot${efi}.efi`, systemdBootProgram('257.9-1'));
	mkdirSync(path.join(root, 'sys/firmware/efi'), {recursive: true});
	const entry = (file: string) =>
		Buffer.concat([Buffer.alloc(4), formatLoadOption('x', file, esp)]);
	put(variable('Boot0000'), entry('EFI/debian/shimx64.efi'));
	put(variable('Boot0001'), entry(own));
	put(variable('Boot0002'), entry('EFI/Microsoft/Boot/bootmgfw.efi'));
	put(variable('BootOrder'), Buffer.from([7, 0, 0, 0, 1, 0, 0, 0, 2, 0]));
	return machine;
}

const sysroot = ({root}: MadeMachine) => readdirSync(path.join(root, 'sysroot')).sort();

test('is told before it is done', async () => {
	using machine = await oldMachine();
	const {system, root} = machine;
	const found = {
		title: record.title,
		names: ['bin', 'etc', 'usr'],
		bootFiles: ['loader/entries/slipway-previous.conf', 'EFI/debian', fallback],
		keeps: ['home'],
	};
	assert.equal(await findPrevious(system, root), found);
	const {files, bytes, freed, ...rest} = await cleanPrevious(
		system,
		{...options, dryRun: true},
		root,
	);
	assert.equal([rest, files, freed], [found, 4, 0]);
	assert.ok(bytes >= 10_000);
	assert.equal(sysroot(machine), ['bin', 'composefs', 'etc', 'home', 'state', 'usr']);
	assert.ok(existsSync(path.join(machine.esp, 'EFI/debian/shimx64.efi')));
});

test('removes files, boot files and boot entries, and nothing else', async () => {
	using machine = await oldMachine();
	const {system, root, esp: folder} = machine;
	const {files} = await cleanPrevious(system, options, root);
	assert.is(files, 4);
	assert.equal(sysroot(machine), ['composefs', 'home', 'state']);
	assert.is(readFileSync(path.join(root, 'sysroot/home/me/file'), 'utf8'), 'mine');
	assert.equal(readdirSync(path.join(folder, 'EFI')).sort(), [
		'BOOT',
		'Linux',
		'Microsoft',
		'systemd',
	]);
	assert.equal(readFileSync(path.join(folder, fallback)), systemdBootProgram('257.9-1'));
	assert.equal(readdirSync(path.join(folder, 'loader/entries')), ['slipway-3f2a9c1b4d5e.0.conf']);
	assert.not(existsSync(path.join(root, variable('Boot0000'))));
	assert.ok(existsSync(path.join(root, variable('Boot0002'))));
	assert.equal([...readFileSync(path.join(root, variable('BootOrder')))], [7, 0, 0, 0, 1, 0, 2, 0]);
	assert.not(existsSync(path.join(root, 'sysroot', previousRecordFile)));
	const again = await cleanPrevious(system, options, root).catch((error: unknown) => error);
	assert.is((again as Refused).code, 'no-previous');
});

test('leaves the fallback where the firmware would not start the new one', async () => {
	using machine = await oldMachine();
	const {system, root, esp: folder} = machine;
	writeFileSync(path.join(root, variable('SecureBoot')), Buffer.from([6, 0, 0, 0, 1]));
	await cleanPrevious(system, options, root);
	assert.is(readFileSync(path.join(folder, fallback), 'utf8'), 'shim');
});

test('is taken up where it was killed', async () => {
	using machine = await oldMachine();
	const {system, root} = machine;
	const killed = new Error('killed');
	const dying = Object.assign(Object.create(system), {
		syncFileSystem: (place: string) => {
			if (place.startsWith(path.join(root, 'run'))) throw killed;
		},
	});
	assert.is(await cleanPrevious(dying, options, root).catch((error: unknown) => error), killed);
	assert.ok(existsSync(path.join(root, 'sysroot', previousRecordFile)));
	await cleanPrevious(system, options, root);
	assert.equal(sysroot(machine), ['composefs', 'home', 'state']);
});

test('waits until the new system is known to be good', async () => {
	using machine = await oldMachine(sampleMachine([sampleEntry(0, fresh)], 0));
	const refused = await cleanPrevious(machine.system, options, machine.root).catch(
		(error: unknown) => error,
	);
	assert.instance(refused, Refused);
	assert.is((refused as Refused).code, 'not-good-yet');
	assert.equal(sysroot(machine), ['bin', 'composefs', 'etc', 'home', 'state', 'usr']);
});

test('does not guess what is to stay', async () => {
	using machine = await oldMachine();
	const {system, root} = machine;
	writeFile(path.join(root, 'sysroot', previousRecordFile), '{"version": 1}\n');
	const refused = await cleanPrevious(system, options, root).catch((error: unknown) => error);
	assert.is((refused as Refused).code, 'no-previous');
	assert.match((refused as Refused).message, /previous.json is damaged/);
	assert.not.instance(refused, OperationFailed);
});

test.run();
