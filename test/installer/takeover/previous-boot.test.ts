import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type BootEvidence,
	findPreviousBoot,
	isFallbackOf,
} from '../../../installer/takeover/previous-boot.ts';

const test = suite('what starts the system before');

const espUuid = '11111111-2222-3333-4444-555555555555';
const machineId = '0123456789abcdef0123456789abcdef';

const evidence = (changes: Partial<BootEvidence>): BootEvidence => ({
	firmware: {order: [], current: undefined, options: new Map()},
	selectedEntry: undefined,
	espUuid,
	fallback: 'EFI/BOOT/BOOTX64.EFI',
	programs: [],
	entries: new Map(),
	previousEntry: undefined,
	unifiedKernels: [],
	osId: 'debian',
	machineId,
	...changes,
});
const grub = (path: string) => ({path, isSystemdBoot: false});
const systemdBoot = (path: string) => ({path, isSystemdBoot: true});
const startedBy = (path: string, partitionUuid = espUuid) => ({
	order: [1],
	current: 1,
	options: new Map([[1, {description: 'x', isActive: true, program: {partitionUuid, path}}]]),
});

test('is the boot loader that the firmware started', () => {
	const {entry, how, files} = findPreviousBoot(
		evidence({
			firmware: startedBy('EFI/DEBIAN/SHIMX64.EFI'),
			programs: [grub('EFI/BOOT/BOOTX64.EFI'), grub('EFI/debian/shimx64.efi')],
		}),
		'Debian 13',
	);
	assert.is(entry, 'title Debian 13\nsort-key slipway\nversion 0\nefi /EFI/debian/shimx64.efi\n');
	assert.equal([how, files], ['by EFI/debian/shimx64.efi', ['EFI/debian']]);
});

test('is the fallback where the firmware has no entry, or one of another disk', () => {
	for (const firmware of [evidence({}).firmware, startedBy('EFI/debian/grubx64.efi', 'other')]) {
		const programs = [
			grub('EFI/BOOT/BOOTX64.EFI'),
			grub('EFI/debian/grubx64.efi'),
			grub('EFI/Microsoft/x.efi'),
		];
		const {entry, files} = findPreviousBoot(evidence({firmware, programs}), 'Debian 13');
		assert.match(entry ?? '', 'efi /EFI/BOOT/BOOTX64.EFI\n');
		// It may belong to others too; the folder of this system does not.
		assert.equal(files, ['EFI/debian']);
	}
});

const entryText = (version: string, id = machineId) =>
	`title Debian\nversion ${version}\nmachine-id ${id}\nlinux /${id}/${version}/linux\ninitrd /${id}/${version}/initrd\noptions root=UUID=1 ro\n`;

test('is the entry that systemd-boot started, and all of the same machine are its files', () => {
	const other = 'f'.repeat(32);
	const entries = new Map([
		['a.conf', entryText('6.9')],
		['b.conf', entryText('6.12')],
		['c.conf', entryText('7', other)],
		['windows.conf', 'title Windows\nefi /EFI/Microsoft/Boot/bootmgfw.efi\n'],
		['slipway-3f2a9c1b4d5e.0.conf', entryText('9')],
	]);
	const started = {programs: [systemdBoot('EFI/BOOT/BOOTX64.EFI')], entries};
	const files = ['loader/entries/a.conf', 'loader/entries/b.conf', machineId];
	for (const [selectedEntry, version] of [
		['a.conf', '6.9'],
		['B.CONF', '6.12'],
	] as const) {
		const found = findPreviousBoot(evidence({...started, selectedEntry}), 'Debian');
		assert.is(
			found.entry,
			`title Debian\nsort-key slipway\nversion 0\nlinux /${machineId}/${version}/linux\ninitrd /${machineId}/${version}/initrd\noptions root=UUID=1 ro\n`,
		);
		assert.equal(found.files, files);
	}
	assert.is(findPreviousBoot(evidence(started), 'Debian').how, 'as c.conf says');
});

test('is a unified kernel', () => {
	const found = findPreviousBoot(
		evidence({
			programs: [systemdBoot('EFI/BOOT/BOOTX64.EFI')],
			selectedEntry: 'debian-6.12.efi',
			unifiedKernels: ['debian-6.12.efi', 'other.efi'],
		}),
		'Debian',
	);
	assert.match(found.entry ?? '', 'efi /EFI/Linux/debian-6.12.efi\n');
	assert.equal(found.files, ['EFI/Linux/debian-6.12.efi']);
});

test("is not shim's helper, which puts itself first", () => {
	const fallback = 'EFI/BOOT/BOOTX64.EFI';
	const shim = 'EFI/debian/shimx64.efi';
	const started = (...names: readonly string[]) =>
		findPreviousBoot(evidence({programs: [fallback, ...names].map(grub)}), 'Debian').program;
	assert.is(started('EFI/BOOT/fbx64.efi', shim), shim);
	assert.is(started('EFI/BOOT/FBX64.EFI', 'EFI/debian/grubx64.efi'), fallback);
	assert.is(started(shim), fallback);
});

test('shares its boot loader with others', () => {
	for (const folder of ['refind', 'OC', 'tools', 'Microsoft']) {
		const program = `EFI/${folder}/loader.efi`;
		const found = findPreviousBoot(
			evidence({firmware: startedBy(program), programs: [grub(program)]}),
			'Debian',
		);
		assert.equal([found.program, found.files], [program, []]);
	}
});

test('owns the fallback only where that goes with it', () => {
	const fallback = 'EFI/BOOT/BOOTX64.EFI';
	const shim = 'EFI/debian/shimx64.efi';
	const windows = 'EFI/Microsoft/x.efi';
	const files = ['EFI/Debian'];
	const found = [
		isFallbackOf({program: shim, files}, fallback, [shim]),
		isFallbackOf({program: shim, files}, fallback, []),
		isFallbackOf({program: fallback, files}, fallback, []),
		isFallbackOf({program: fallback, files}, fallback, [windows]),
		isFallbackOf({program: undefined, files: ['EFI/Linux/a.efi']}, fallback, []),
	];
	assert.equal(found, [true, false, true, false, false]);
});

test('is not guessed where the firmware names a kernel of its own', () => {
	const programs = [grub('EFI/BOOT/BOOTX64.EFI'), grub('EFI/debian/grubx64.efi')];
	const found = findPreviousBoot(evidence({firmware: startedBy('vmlinuz.efi'), programs}), 'x');
	assert.is(found.entry, undefined);
});

const again = {
	firmware: startedBy('EFI/systemd/systemd-bootx64.efi'),
	programs: [systemdBoot('EFI/systemd/systemd-bootx64.efi'), grub('EFI/debian/shimx64.efi')],
	selectedEntry: 'slipway-previous.conf',
};

test('is what an earlier takeover found, where that is what was started', () => {
	const cases: readonly (readonly [
		changes: Partial<BootEvidence>,
		how: string,
		files: string[],
	])[] = [
		[{previousEntry: 'efi /EFI/debian/SHIMX64.EFI\n'}, 'by EFI/debian/shimx64.efi', ['EFI/debian']],
		[
			{previousEntry: 'efi\t/EFI/Linux/a.efi\n', unifiedKernels: ['a.efi']},
			'by EFI/Linux/a.efi',
			['EFI/Linux/a.efi'],
		],
		[
			{
				previousEntry: `title x\nlinux /${machineId}/6.9/linux\noptions ro\n`,
				entries: new Map([
					['a.conf', entryText('6.9')],
					['b.conf', entryText('6.12')],
				]),
			},
			'as a.conf says',
			['loader/entries/a.conf', 'loader/entries/b.conf', machineId],
		],
	];
	for (const [changes, how, files] of cases) {
		const found = findPreviousBoot(evidence({...again, ...changes}), 'Debian');
		assert.equal([found.how, found.files], [how, files]);
	}
	const gone = findPreviousBoot(evidence({...again, previousEntry: 'efi /gone\n'}), 'Debian');
	assert.is(gone.how, 'loader/entries/slipway-previous.conf names nothing that is there');
});

test('may not be found', () => {
	assert.equal(findPreviousBoot(evidence({}), 'Debian'), {
		entry: undefined,
		how: 'no boot loader of it was found',
		program: undefined,
		files: [],
	});
	const programs = [systemdBoot('EFI/BOOT/BOOTX64.EFI')];
	assert.is(
		findPreviousBoot(evidence({programs}), 'Debian').how,
		'no loader entry of it was found',
	);
});

test.run();
