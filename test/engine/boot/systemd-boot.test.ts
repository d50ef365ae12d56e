import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {NewBootEntry} from '../../../engine/boot/boot-loader.ts';
import {type BootOperation, runBootOperations} from '../../../engine/boot/boot-partition.ts';
import {bootSpaceNeeded, checkBootSpace} from '../../../engine/boot/boot-space.ts';
import {readBootState, recordBootState} from '../../../engine/boot/boot-state.ts';
import {type Kernel, kernelFolderName} from '../../../engine/boot/kernel.ts';
import {mountedPartition} from '../../../engine/boot/mounted-partition.ts';
import {systemdBoot} from '../../../engine/boot/systemd-boot.ts';
import {
	type BootContents,
	listEntries,
	readBootContents,
} from '../../../engine/boot/systemd-boot-contents.ts';
import {
	planBless,
	planRemove,
	planSetDefault,
	planWrite,
} from '../../../engine/boot/systemd-boot-plan.ts';
import {Refused} from '../../../engine/errors.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';

const test = suite<{folder: string}>('systemd-boot');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'esp-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const partitionAt = (folder: string) => mountedPartition(fakeSystem(), folder);
const loaderAt = (folder: string) => systemdBoot(partitionAt(folder));

/** A kernel whose files lie beside the partition; kernels of one name are the same. */
function kernelNamed(folder: string, name: string): Kernel {
	mkdirSync(path.join(folder, 'host'), {recursive: true});
	const file = (suffix: string) => {
		const place = path.join(folder, 'host', name + suffix);
		writeFileSync(place, name + suffix);
		const sha256 = Buffer.from((name + suffix).padEnd(32, '.')).toString('hex');
		return {path: place, size: (name + suffix).length, sha256};
	};
	return {version: name, linux: file('-linux'), initramfs: file('-initrd')};
}

function newEntry(folder: string, serial: number, kernel = 'k1'): NewBootEntry {
	return {
		deploymentId: `3f2a9c1b4d5e.${serial}`,
		title: `Debian (3f2a9c1b4d5e.${serial})`,
		sequence: serial + 1,
		commandLine: `root=UUID=1 rw slipway=3f2a9c1b4d5e.${serial}`,
		kernel: kernelNamed(folder, kernel),
	};
}

/** All files of the partition but for the host's, each with its text. */
function filesOf(folder: string): Record<string, string> {
	const files: Record<string, string> = {};
	for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'}).sort())
		if (!name.startsWith('host') && statSync(path.join(folder, name)).isFile())
			files[name] = readFileSync(path.join(folder, name), 'utf8');
	return files;
}

function renameEntry(folder: string, from: string, to: string): void {
	const entries = path.join(folder, 'loader/entries');
	cpSync(path.join(entries, from), path.join(entries, to));
	rmSync(path.join(entries, from));
}

const bootOrder = async (folder: string) =>
	(await loaderAt(folder).list()).entries.map(({deploymentId}) => deploymentId.at(-1)).join('');

test('has nothing on an empty partition', async ({folder}) => {
	assert.equal(await loaderAt(folder).list(), {entries: [], foreign: [], damaged: [], starts: []});
});

test('writes an entry with its kernel and three attempts', async ({folder}) => {
	const entry = newEntry(folder, 0);
	await loaderAt(folder).write(entry);
	const kernel = `EFI/Linux/${kernelFolderName(entry.kernel)}`;
	assert.equal(filesOf(folder), {
		[`${kernel}/initrd`]: 'k1-initrd',
		[`${kernel}/linux`]: 'k1-linux',
		'loader/entries/slipway-3f2a9c1b4d5e.0+3.conf': `title Debian (3f2a9c1b4d5e.0)
sort-key slipway
version 1
linux /${kernel}/linux
initrd /${kernel}/initrd
options root=UUID=1 rw slipway=3f2a9c1b4d5e.0
`,
	});
	assert.equal(await loaderAt(folder).list(), {
		entries: [
			{
				deploymentId: '3f2a9c1b4d5e.0',
				title: 'Debian (3f2a9c1b4d5e.0)',
				sequence: 1,
				tries: {left: 3, done: 0},
			},
		],
		foreign: [],
		damaged: [],
		starts: [
			{
				deploymentId: '3f2a9c1b4d5e.0',
				kernel: kernelFolderName(entry.kernel),
				commandLine: 'root=UUID=1 rw slipway=3f2a9c1b4d5e.0',
			},
		],
	});
});

test('boots the newest first, and one without attempts left last', async ({folder}) => {
	for (const serial of [0, 1, 2]) await loaderAt(folder).write(newEntry(folder, serial));
	assert.is(await bootOrder(folder), '210');
	renameEntry(folder, 'slipway-3f2a9c1b4d5e.2+3.conf', 'slipway-3f2a9c1b4d5e.2+0-3.conf');
	assert.is(await bootOrder(folder), '102');
});

test('does not know what an entry starts whose files are not named by their content', async ({
	folder,
}) => {
	const loader = loaderAt(folder);
	await loader.write(newEntry(folder, 0));
	const file = path.join(folder, 'loader/entries/slipway-3f2a9c1b4d5e.0+3.conf');
	const text = readFileSync(file, 'utf8');
	for (const other of [
		text.replace(/^linux .*$/m, 'linux /vmlinuz'),
		text.replace(/^initrd .*$/m, ''),
		text.replace(/^(initrd .*)$/m, '$1\ninitrd /microcode'),
	]) {
		writeFileSync(file, other);
		const {entries, starts} = await loader.list();
		assert.equal([entries.length, starts], [1, []]);
	}
});

test('counts an attempt as the boot loader does, and no more than there are', async ({folder}) => {
	const loader = loaderAt(folder);
	await loader.write(newEntry(folder, 0));
	const names = () => readdirSync(path.join(folder, 'loader/entries'));
	for (const name of ['+2-1', '+1-2', '+0-3', '+0-3']) {
		await loader.countAttempt('3f2a9c1b4d5e.0');
		assert.equal(names(), [`slipway-3f2a9c1b4d5e.0${name}.conf`]);
	}
	await loader.bless('3f2a9c1b4d5e.0');
	await loader.countAttempt('3f2a9c1b4d5e.0');
	assert.equal(names(), ['slipway-3f2a9c1b4d5e.0.conf']);
});

test('shares a kernel, and removes it with the last entry that mentions it', async ({folder}) => {
	const loader = loaderAt(folder);
	await loader.write(newEntry(folder, 0, 'shared'));
	await loader.write(newEntry(folder, 1, 'shared'));
	await loader.write(newEntry(folder, 2, 'other'));
	const kernels = () => readdirSync(path.join(folder, 'EFI/Linux')).length;
	assert.is(kernels(), 2);
	await loader.remove(['3f2a9c1b4d5e.1', '3f2a9c1b4d5e.2']);
	assert.is(kernels(), 1);
	await loader.remove(['3f2a9c1b4d5e.0']);
	assert.is(kernels(), 0);
	await loader.remove(['3f2a9c1b4d5e.0']);
});

test('keeps a kernel that only a damaged or foreign entry mentions', async ({folder}) => {
	const entry = newEntry(folder, 0);
	await loaderAt(folder).write(entry);
	const mention = `linux /EFI/Linux/${kernelFolderName(entry.kernel)}/linux`;
	writeFileSync(path.join(folder, 'loader/entries/rescue.conf'), mention);
	writeFileSync(
		path.join(folder, 'loader/entries/slipway-3f2a9c1b4d5e.9.conf'),
		`${mention}\ntitle`,
	);
	await loaderAt(folder).remove(['3f2a9c1b4d5e.0']);
	assert.equal(readdirSync(path.join(folder, 'EFI/Linux')), [kernelFolderName(entry.kernel)]);
	assert.equal(await loaderAt(folder).list(), {
		entries: [],
		foreign: ['rescue.conf'],
		damaged: [
			{
				file: 'slipway-3f2a9c1b4d5e.9.conf',
				deploymentId: '3f2a9c1b4d5e.9',
				problem: 'slipway-3f2a9c1b4d5e.9.conf, line 2: "title" has no value',
			},
		],
		starts: [],
	});
});

test('calls an entry without a sequence damaged', async ({folder}) => {
	mkdirSync(path.join(folder, 'loader/entries'), {recursive: true});
	writeFileSync(
		path.join(folder, 'loader/entries/slipway-3f2a9c1b4d5e.0.conf'),
		'linux /k\nversion a',
	);
	const {damaged} = await loaderAt(folder).list();
	assert.is(
		damaged[0]?.problem,
		'slipway-3f2a9c1b4d5e.0.conf: version "a" is not a sequence number',
	);
});

test('writes a kernel again that a crash left half there', async ({folder}) => {
	const entry = newEntry(folder, 0);
	const kernel = path.join(folder, 'EFI/Linux', kernelFolderName(entry.kernel));
	mkdirSync(kernel, {recursive: true});
	writeFileSync(path.join(kernel, 'linux'), 'k1-');
	writeFileSync(path.join(kernel, 'initrd.slipway-new'), 'k1');
	await loaderAt(folder).write(entry);
	assert.equal(readdirSync(kernel), ['initrd', 'linux']);
	assert.is(readFileSync(path.join(kernel, 'linux'), 'utf8'), 'k1-linux');
});

test('makes an older deployment the default by a higher sequence', async ({folder}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1]) await loader.write(newEntry(folder, serial));
	await loader.bless('3f2a9c1b4d5e.0');
	await loader.setDefault('3f2a9c1b4d5e.0');
	assert.equal((await loader.list()).entries, [
		{
			deploymentId: '3f2a9c1b4d5e.0',
			title: 'Debian (3f2a9c1b4d5e.0)',
			sequence: 3,
			tries: undefined,
		},
		{
			deploymentId: '3f2a9c1b4d5e.1',
			title: 'Debian (3f2a9c1b4d5e.1)',
			sequence: 2,
			tries: {left: 3, done: 0},
		},
	]);
	const before = filesOf(folder);
	await loader.setDefault('3f2a9c1b4d5e.0');
	assert.equal(filesOf(folder), before, 'a second time changes nothing');
});

test('gives a failed deployment new attempts when it is made the default', async ({folder}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1]) await loader.write(newEntry(folder, serial));
	renameEntry(folder, 'slipway-3f2a9c1b4d5e.1+3.conf', 'slipway-3f2a9c1b4d5e.1+0-3.conf');
	await loader.setDefault('3f2a9c1b4d5e.1');
	assert.equal(readdirSync(path.join(folder, 'loader/entries')), [
		'slipway-3f2a9c1b4d5e.0+3.conf',
		'slipway-3f2a9c1b4d5e.1+3.conf',
	]);
	assert.is(await bootOrder(folder), '10');
});

test('ends the counting when a deployment is blessed, the last attempt included', async ({
	folder,
}) => {
	const loader = loaderAt(folder);
	await loader.write(newEntry(folder, 0));
	renameEntry(folder, 'slipway-3f2a9c1b4d5e.0+3.conf', 'slipway-3f2a9c1b4d5e.0+0-3.conf');
	await loader.bless('3f2a9c1b4d5e.0');
	await loader.bless('3f2a9c1b4d5e.0');
	assert.equal(readdirSync(path.join(folder, 'loader/entries')), ['slipway-3f2a9c1b4d5e.0.conf']);
});

test('does not bring a failed deployment back because it was picked in the menu', async ({
	folder,
}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1]) await loader.write(newEntry(folder, serial));
	renameEntry(folder, 'slipway-3f2a9c1b4d5e.1+3.conf', 'slipway-3f2a9c1b4d5e.1+0-4.conf');
	await loader.bless('3f2a9c1b4d5e.1');
	assert.is(await bootOrder(folder), '01');
});

test('refuses to bless or to prefer what has no entry', async ({folder}) => {
	for (const act of ['bless', 'setDefault'] as const) {
		try {
			await loaderAt(folder)[act]('3f2a9c1b4d5e.7');
			assert.unreachable('did it');
		} catch (error) {
			assert.instance(error, Refused);
			const {code, message} = error as Refused;
			assert.equal(
				[code, message],
				['no-boot-entry', 'no loader entry boots deployment 3f2a9c1b4d5e.7'],
			);
		}
	}
});

/** Every act from one machine with three deployments, one of them failed. */
const acts: readonly (readonly [
	string,
	string,
	(contents: BootContents, folder: string) => BootOperation[],
])[] = [
	['writing', '3', (contents, folder) => planWrite(contents, newEntry(folder, 3, 'k4'))],
	['writing again', '1', (contents, folder) => planWrite(contents, newEntry(folder, 1, 'k4'))],
	['removing', '0', (contents) => planRemove(contents, ['3f2a9c1b4d5e.1', '3f2a9c1b4d5e.2'])],
	['preferring', '0', (contents) => planSetDefault(contents, '3f2a9c1b4d5e.0')],
	['preferring a failed one', '2', (contents) => planSetDefault(contents, '3f2a9c1b4d5e.2')],
	['blessing', '1', (contents) => planBless(contents, '3f2a9c1b4d5e.1')],
];
for (const [name, wanted, plan] of acts)
	test(`has the old or the new default whenever ${name} is killed, and can go on`, async ({
		folder,
	}) => {
		for (const serial of [0, 1, 2])
			await loaderAt(folder).write(newEntry(folder, serial, `k${serial}`));
		renameEntry(folder, 'slipway-3f2a9c1b4d5e.2+3.conf', 'slipway-3f2a9c1b4d5e.2+0-3.conf');
		const partition = partitionAt(folder);
		const operations = plan(await readBootContents(partition), folder);
		const single = operations.flatMap((operation) =>
			operation.kind === 'write'
				? operation.files.map((file): BootOperation => ({kind: 'write', files: [file]}))
				: [operation],
		);
		const original = `${folder}-original`;
		cpSync(folder, original, {recursive: true});
		await runBootOperations(partition, operations);
		await loaderAt(folder).sweep();
		const done = filesOf(folder);
		assert.is((await bootOrder(folder))[0], wanted);
		for (let steps = 0; steps < single.length; steps++) {
			rmSync(folder, {recursive: true});
			cpSync(original, folder, {recursive: true});
			await runBootOperations(partition, single.slice(0, steps));
			const contents = await readBootContents(partition);
			const [first] = listEntries(contents).entries;
			assert.ok(['1', wanted].includes(first?.deploymentId.at(-1) ?? ''), `after ${steps} steps`);
			assertBootable(contents, first?.deploymentId ?? '');
			await runBootOperations(partition, plan(contents, folder));
			await loaderAt(folder).sweep();
			assert.equal(
				withoutSequences(filesOf(folder)),
				withoutSequences(done),
				`${steps} steps, then all`,
			);
		}
		rmSync(original, {recursive: true});
	});

function assertBootable({entryTexts, kernels}: BootContents, deploymentId: string): void {
	const [, text = ''] =
		[...entryTexts].find(([name]) => name.startsWith(`slipway-${deploymentId}`)) ?? [];
	const [, folder = ''] = /EFI\/Linux\/([^/]+)\/linux/.exec(text) ?? [];
	assert.equal([...(kernels.get(folder)?.keys() ?? [])], ['initrd', 'linux']);
}

/** A deployment that is preferred twice may have a higher sequence. */
function withoutSequences(files: Record<string, string>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(files).map(([name, text]) => [name, text.replace(/^version .*$/m, '')]),
	);
}

test('says how much room a new kernel needs, and none for one that is there', async ({folder}) => {
	const entry = newEntry(folder, 0);
	const contents = async () => readBootContents(partitionAt(folder));
	assert.is(bootSpaceNeeded(await contents(), entry.kernel), 4 * 32 * 1024);
	await loaderAt(folder).write(entry);
	assert.is(bootSpaceNeeded(await contents(), entry.kernel), 32 * 1024);
});

test('writes nothing of a kernel that does not fit', async ({folder}) => {
	const bytesFree = 4 * 32 * 1024 - 1;
	const full = systemdBoot({...partitionAt(folder), freeBytes: async () => bytesFree});
	try {
		await full.write(newEntry(folder, 0));
		assert.unreachable('wrote it');
	} catch (error) {
		assert.instance(error, Refused);
		assert.is((error as Refused).code, 'boot-partition-full');
	}
	assert.equal(filesOf(folder), {});
});

test('makes room before it looks whether a kernel fits', async ({folder}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1]) await loader.write(newEntry(folder, serial, `k${serial}`));
	rmSync(path.join(folder, 'loader/entries/slipway-3f2a9c1b4d5e.0+3.conf'));
	const kernels = path.join(folder, 'EFI/Linux');
	const partition = partitionAt(folder);
	const freeBytes = async () => (readdirSync(kernels).length > 1 ? 0 : 2 ** 20);
	await systemdBoot({...partition, freeBytes}).write(newEntry(folder, 2, 'k2'));
	assert.is(await bootOrder(folder), '21');
});

test('refuses a kernel that does not fit, with what is needed and free', () => {
	checkBootSpace(5, 5);
	assert.throws(
		() => checkBootSpace(80.5 * 2 ** 20, 20.9 * 2 ** 20),
		(error: unknown) =>
			error instanceof Refused &&
			error.code === 'boot-partition-full' &&
			error.message ===
				'kernel and initramfs need 81 MiB on the boot partition, which has 20 MiB free',
	);
});

test('records for everybody what root saw, in boot order', async ({folder}) => {
	const file = path.join(folder, 'run/slipway/boot.json');
	assert.is(await readBootState(file), undefined);
	for (const serial of [0, 1]) await loaderAt(folder).write(newEntry(folder, serial));
	await loaderAt(folder).bless('3f2a9c1b4d5e.0');
	await recordBootState(loaderAt(folder), file);
	const {entries, starts} = await loaderAt(folder).list();
	assert.equal(await readBootState(file), {entries, starts});
	assert.is(statSync(file).mode & 0o777, 0o644);
});

test('knows nothing from a record that is damaged or of another version', async ({folder}) => {
	const file = path.join(folder, 'boot.json');
	for (const text of ['', '{', 'null', '{"version":2,"entries":[],"foreign":[],"damaged":[]}']) {
		writeFileSync(file, text);
		assert.is(await readBootState(file), undefined);
	}
});

test.run();
