import {execFileSync} from 'node:child_process';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {NewBootEntry} from '../../../../engine/boot/boot-loader.ts';
import type {BootPartition} from '../../../../engine/boot/boot-partition.ts';
import {
	formatEnvironment,
	parseEnvironment,
} from '../../../../engine/boot/grub/environment-block.ts';
import {grub, hasGrub} from '../../../../engine/boot/grub/grub.ts';
import {newEnvironmentFile, newMenuFile} from '../../../../engine/boot/grub/grub-plan.ts';
import {mountedPartition} from '../../../../engine/boot/mounted-partition.ts';
import {newEntryFile} from '../../../../engine/boot/systemd-boot-plan.ts';
import {unmountedPartition} from '../../../../engine/boot/unmounted-partition.ts';
import {fakeSystem} from '../../../../engine/system/fake.ts';
import {hostSystem} from '../../../../engine/system/host.ts';

const test = suite<{folder: string}>('GRUB');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-grub-'));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

const partitionAt = (folder: string) =>
	mountedPartition(fakeSystem(), path.join(folder, 'partition'));
const loaderAt = (folder: string) => grub(partitionAt(folder));
const idOf = (serial: number) => `3f2a9c1b4d5e.${serial}`;

function newEntry(folder: string, serial: number, kernel = `k${serial}`): NewBootEntry {
	const file = path.join(folder, kernel);
	writeFileSync(file, kernel);
	const one = {
		path: file,
		size: kernel.length,
		sha256: Buffer.from(kernel.padEnd(32, '.')).toString('hex'),
	};
	return {
		deploymentId: idOf(serial),
		title: `My OS ${serial}`,
		sequence: serial + 1,
		commandLine: `slipway=${idOf(serial)}`,
		kernel: {version: '6', linux: one, initramfs: one},
	};
}

const read = (folder: string, file: string) =>
	readFileSync(path.join(folder, 'partition', file), 'utf8');
const entryNames = (folder: string) =>
	readdirSync(path.join(folder, 'partition/loader/entries'))
		.sort()
		.map((name) => name.replace(/^slipway-3f2a9c1b4d5e\./, '').replace(/\.conf$/, ''));
const menuOrder = (folder: string) =>
	read(folder, 'grub/grub.cfg')
		.match(/(?<=--id slipway-3f2a9c1b4d5e\.)\d/g)
		?.join('') ?? '';
/** Does to the environment block what GRUB does when it boots entries. */
const count = (folder: string, variables: Readonly<Record<string, string>>) =>
	writeFileSync(
		path.join(folder, 'partition/grub/grubenv'),
		formatEnvironment(new Map(Object.entries(variables))),
	);
const counted = (folder: string) => parseEnvironment(read(folder, 'grub/grubenv'));

test('has a menu of the entries, whatever is done to them', async ({folder}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1, 2]) await loader.write(newEntry(folder, serial));
	assert.is(menuOrder(folder), '210');
	await loader.bless(idOf(2));
	assert.not.match(read(folder, 'grub/grub.cfg'), 'tried_3f2a9c1b4d5e_2_');
	await loader.setDefault(idOf(0));
	assert.is(menuOrder(folder), '021');
	await loader.remove([idOf(1)]);
	assert.is(menuOrder(folder), '02');
	assert.equal(entryNames(folder), ['0+3', '2']);
	assert.ok(await hasGrub(partitionAt(folder)));
});

test('has the same files as a new machine', async ({folder}) => {
	const entry = newEntry(folder, 0);
	await loaderAt(folder).write(entry);
	for (const {path: file, source} of [newMenuFile(newEntryFile(entry)), newEnvironmentFile]) {
		assert.is(source.kind, 'bytes');
		if (source.kind === 'bytes') assert.is(read(folder, file), source.bytes.toString());
	}
});

test('is there where its menu is slipway’s', async ({folder}) => {
	assert.not(await hasGrub(partitionAt(folder)));
	mkdirSync(path.join(folder, 'partition/grub'), {recursive: true});
	writeFileSync(path.join(folder, 'partition/grub/grub.cfg'), 'set timeout=5\n');
	assert.not(await hasGrub(partitionAt(folder)));
});

test('says what it has counted before that is in the names', async ({folder}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1]) await loader.write(newEntry(folder, serial));
	await loader.bless(idOf(0));
	count(folder, {tried_3f2a9c1b4d5e_1_2: '3'});
	const {entries} = await loader.list();
	assert.equal(
		entries.map(({deploymentId, tries}) => [deploymentId, tries]),
		[
			[idOf(0), undefined],
			[idOf(1), {left: 0, done: 3}],
		],
	);
	assert.equal(entryNames(folder), ['0', '1+3']);
	await loader.settle?.();
	assert.equal(entryNames(folder), ['0', '1+0-3']);
	await loader.settle?.();
	assert.equal(entryNames(folder), ['0', '1+0-3']);
});

test('gives a deployment new attempts that it had used up', async ({folder}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1]) await loader.write(newEntry(folder, serial));
	count(folder, {tried_3f2a9c1b4d5e_1_2: '3'});
	await loader.setDefault(idOf(1));
	assert.equal(entryNames(folder), ['0+3', '1+3']);
	assert.match(read(folder, 'grub/grub.cfg'), 'tried_3f2a9c1b4d5e_1_3');
	assert.equal(counted(folder), new Map());
});

test('forgets what it counted of an entry that is good', async ({folder}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1]) await loader.write(newEntry(folder, serial));
	count(folder, {tried_3f2a9c1b4d5e_1_2: '1', tried_3f2a9c1b4d5e_0_1: '2'});
	await loader.bless(idOf(1));
	assert.equal(entryNames(folder), ['0+1-2', '1']);
	assert.equal(counted(folder), new Map([['tried_3f2a9c1b4d5e_0_1', '2']]));
});

test('gets an environment block that it can write to, and loses what a crash left', async ({
	folder,
}) => {
	const loader = loaderAt(folder);
	await loader.write(newEntry(folder, 0));
	writeFileSync(path.join(folder, 'partition/grub/grubenv'), 'torn');
	writeFileSync(path.join(folder, 'partition/grub/grub.cfg.slipway-new'), 'torn');
	await loader.settle?.();
	assert.equal(counted(folder), new Map());
	assert.equal(readdirSync(path.join(folder, 'partition/grub')).sort(), ['grub.cfg', 'grubenv']);
});

/** A partition without room for files that are replaced. */
function fullAt(folder: string): BootPartition {
	const write = async () => {
		throw Object.assign(new Error('no space left'), {code: 'ENOSPC'});
	};
	return {...partitionAt(folder), write};
}

test('is blessed and counted where there is no room for the menu, which follows later', async ({
	folder,
}) => {
	const loader = loaderAt(folder);
	for (const serial of [0, 1]) await loader.write(newEntry(folder, serial));
	const menu = read(folder, 'grub/grub.cfg');
	count(folder, {tried_3f2a9c1b4d5e_0_1: '1', tried_3f2a9c1b4d5e_1_2: '1'});
	const full = grub(fullAt(folder));
	await full.settle?.();
	assert.equal(entryNames(folder), ['0+2-1', '1+2-1']);
	await full.bless(idOf(1));
	assert.equal(entryNames(folder), ['0+2-1', '1']);
	assert.is(read(folder, 'grub/grub.cfg'), menu);
	// What takes a kernel away, or is to be started next, has to be in the menu.
	for (const change of [() => full.remove([idOf(0)]), () => full.setDefault(idOf(0))]) {
		const error = await change().catch((thrown: Error) => thrown);
		assert.is(error?.message, 'no space left');
	}
	assert.equal(entryNames(folder), ['0+2-1', '1']);
	await loader.settle?.();
	assert.not.match(read(folder, 'grub/grub.cfg'), 'tried_3f2a9c1b4d5e_1');
});

/** A partition that stops before its n-th change. */
function stoppingAt(partition: BootPartition, n: number): BootPartition {
	let left = n;
	const step = () => {
		if (left-- === 0) throw new Error('stopped');
	};
	return {
		...partition,
		async write(files) {
			step();
			await partition.write(files);
		},
		async rename(from, to) {
			step();
			await partition.rename(from, to);
		},
		async remove(file) {
			step();
			await partition.remove(file);
		},
	};
}

const changes: Readonly<
	Record<string, (folder: string, partition: BootPartition) => Promise<void>>
> = {
	write: (folder, partition) => grub(partition).write(newEntry(folder, 2)),
	remove: (_, partition) => grub(partition).remove([idOf(1)]),
	'set default': (_, partition) => grub(partition).setDefault(idOf(0)),
	bless: (_, partition) => grub(partition).bless(idOf(1)),
};
for (const [name, change] of Object.entries(changes))
	test(`boots only what is there wherever it is stopped: ${name}`, async ({folder}) => {
		const made = path.join(folder, 'made');
		mkdirSync(made);
		for (const serial of [0, 1]) await loaderAt(made).write(newEntry(made, serial));
		count(made, {tried_3f2a9c1b4d5e_1_2: '1'});
		for (let n = 0; ; n++) {
			const place = path.join(folder, String(n));
			cpSync(made, place, {recursive: true});
			const ended = await change(place, stoppingAt(partitionAt(place), n)).then(
				() => true,
				(error: unknown) => {
					assert.match(String(error), 'stopped');
					return false;
				},
			);
			for (const [kernel] of read(place, 'grub/grub.cfg').matchAll(/(?<=')\/EFI[^']+/g))
				assert.ok(existsSync(path.join(place, 'partition', kernel)), `${kernel} at ${n}`);
			await change(place, partitionAt(place));
			assert.is(
				menuOrder(place),
				{write: '210', remove: '0', 'set default': '01', bless: '10'}[name],
			);
			if (ended) break;
		}
	});

test('knows its menu under a name in capitals, as a renamed file has it on FAT', async ({
	folder,
}) => {
	const file = path.join(folder, 'disk.img');
	writeFileSync(file, '');
	truncateSync(file, 36 << 20);
	const env = {...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`};
	execFileSync('mkfs.vfat', ['-F', '32', '-s', '1', file], {env, stdio: 'ignore'});
	const partition = unmountedPartition(hostSystem(), {file, offset: 0});
	const entry = newEntryFile(newEntry(folder, 1));
	const menu = newMenuFile(entry);
	await partition.write([newEnvironmentFile, entry, {...menu, path: `${menu.path}.new`}]);
	await partition.rename(`${menu.path}.new`, menu.path);
	const names = async () => (await partition.list('grub')).map(({name}) => name);
	assert.equal(await names(), ['GRUB.CFG', 'grubenv']);
	assert.is(await hasGrub(partition), true);
	await grub(partition).settle?.();
	assert.equal(await names(), ['GRUB.CFG', 'grubenv']);
});

test.run();
