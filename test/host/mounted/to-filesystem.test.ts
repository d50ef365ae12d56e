/** An installation into file systems that others made, by the program itself, in the place of a live system. */
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {textFile} from '../../../engine/boot/boot-partition.ts';
import {exitStatus} from '../../../engine/errors.ts';
import type {MountedPlan} from '../../../installer/mounted/mounted-plan.ts';
import {seededRandom} from '../../seeded.ts';
import {whyNoLoopDevices} from '../disk.ts';
import {
	espOf,
	type MountedLayout,
	makeImageRoot,
	mountedLayout,
	runSlipway,
} from './mounted-layout.ts';

const suiteOf = suite('install to-filesystem');
const reason = process.getuid?.() === 0 ? whyNoLoopDevices() : 'needs root';
if (reason !== undefined) console.log(`skipped: ${reason}`);
const test = reason === undefined ? suiteOf : suiteOf.skip;

const image = reason === undefined ? makeImageRoot() : '';
suiteOf.after(() => rmSync(image, {recursive: true, force: true}));

const install = (layout: MountedLayout, ...words: readonly string[]) =>
	runSlipway(image, [...toFilesystem(layout), ...words, layout.root]);

const toFilesystem = ({esp}: MountedLayout) =>
	['install', 'to-filesystem', '--quiet', `--boot-mount-spec=${esp}`] as const;

async function entriesOf(layout: MountedLayout): Promise<string[]> {
	const entries = await espOf(layout).list('loader/entries');
	return entries.map(({name}) => name).filter((name) => name.endsWith('.conf'));
}

function deploymentIn({root}: MountedLayout): string {
	const [id = ''] = readdirSync(path.join(root, 'state/deploy'));
	return path.join(root, 'state/deploy', id);
}

for (const type of ['ext4', 'btrfs', 'xfs'] as const)
	test(`fills ${type} and its boot partition`, async () => {
		using layout = await mountedLayout({type});
		const {status, output} = await install(layout, '--karg=console=ttyS0', '--hostname=kestrel');
		assert.is(status, 0, output);
		const names = readdirSync(layout.root).filter((name) => name !== 'lost+found');
		assert.equal(names.sort(), ['composefs', 'state']);
		const [entry = ''] = await entriesOf(layout);
		const text = await espOf(layout).readText(`loader/entries/${entry}`);
		assert.match(text, /^options root=UUID=\S+ rw composefs=\??[0-9a-f]{64} .* console=ttyS0$/m);
		const [, linux = ''] = /^linux (\S+)$/m.exec(text) ?? [];
		assert.is((await espOf(layout).list(path.dirname(linux).slice(1))).length, 2);
		const etc = path.join(deploymentIn(layout), 'etc/upper');
		assert.is(readFileSync(path.join(etc, 'hostname'), 'utf8'), 'kestrel\n');
		assert.match(readFileSync(path.join(etc, 'fstab'), 'utf8'), /^UUID=\S+ \/boot vfat /m);
		const origin = readFileSync(path.join(deploymentIn(layout), 'origin.json'), 'utf8');
		assert.is(JSON.parse(origin).installed.layout, `file systems made by others, ${type}`);
	});

test('writes nothing when it is only to plan', async () => {
	using layout = await mountedLayout();
	const {status, output} = await install(layout, '--dry-run', '--json');
	assert.is(status, 0, output);
	const plan: MountedPlan = JSON.parse(output);
	assert.equal([plan.root.fileSystem, plan.root.removes], ['ext4', []]);
	assert.equal(readdirSync(layout.root), ['lost+found']);
	assert.equal(await espOf(layout).list(''), []);
});

test('puts /var where it is mounted, and has the initramfs mount it', async () => {
	using layout = await mountedLayout({hasVar: true});
	const {status, output} = await install(layout);
	assert.is(status, 0, output);
	assert.is(readFileSync(path.join(layout.root, 'var/lib/data')).length, 5000);
	assert.equal(readdirSync(path.join(layout.root, 'state/os/default/var')), []);
	const mounts = readFileSync(path.join(layout.root, 'state/os/default/fstab'), 'utf8');
	assert.match(mounts, /^UUID=\S+ \/var auto defaults 0 0$/m);
});

test('refuses what is not empty, and does with it what it is told to', async () => {
	using layout = await mountedLayout();
	mkdirSync(path.join(layout.root, 'usr/bin'), {recursive: true});
	writeFileSync(path.join(layout.root, 'usr/bin/true'), 'old');
	await espOf(layout).write([textFile('EFI/others/keep.txt', 'of another system')]);
	const refused = await install(layout);
	assert.is(refused.status, exitStatus.refused);
	assert.match(refused.output, 'is not empty: usr');
	const beside = await install(layout, '--replace=alongside');
	assert.is(beside.status, 0, beside.output);
	assert.ok(existsSync(path.join(layout.root, 'usr/bin/true')));
	const again = await install(layout, '--replace=alongside');
	assert.is(again.status, exitStatus.refused);
	assert.match(again.output, /has composefs and state already/);
	const wiped = await install(layout, '--replace=wipe');
	assert.is(wiped.status, 0, wiped.output);
	const names = readdirSync(layout.root).filter((name) => name !== 'lost+found');
	assert.equal(names.sort(), ['composefs', 'state']);
	assert.is(await espOf(layout).readText('EFI/others/keep.txt'), 'of another system');
	assert.is((await entriesOf(layout)).length, 1);
});

test('tells all that is wrong with a target, with sizes', async () => {
	using layout = await mountedLayout({espSize: 34 * 2 ** 20});
	// The clusters of one so small are few: what is left is less than a kernel.
	const bytes = Buffer.alloc(32 * 2 ** 20);
	await espOf(layout).write([{path: 'full', source: {kind: 'bytes', bytes}}]);
	const {status, output} = await install(layout);
	assert.is(status, exitStatus.refused, output);
	assert.match(output, /\/dev\/loop\d+ has .* free .*, this image needs .* there/);
	assert.equal(readdirSync(layout.root), ['lost+found']);
	const nothing = await runSlipway(image, ['install', 'to-filesystem', layout.folder]);
	assert.is(nothing.status, exitStatus.refused);
	assert.match(nothing.output, 'is no mount point');
});

const moments = 5;

test(`is run again after it was killed, at any of ${moments} moments`, async () => {
	using layout = await mountedLayout();
	const random = seededRandom(7);
	const clear = async () => {
		for (const name of ['composefs', 'state', 'slipway-unfinished'])
			rmSync(path.join(layout.root, name), {recursive: true, force: true});
		for (const {name} of await espOf(layout).list('')) await espOf(layout).remove(name);
	};
	const started = performance.now();
	assert.is((await install(layout)).status, 0);
	const durationMs = performance.now() - started;
	for (let moment = 0; moment < moments; moment++) {
		await clear();
		const afterMs = ((moment + random.next()) / moments) * durationMs;
		await runSlipway(image, [...toFilesystem(layout), layout.root], afterMs);
		const isDone = (await entriesOf(layout)).length > 0;
		const {status, output} = await install(layout);
		assert.is(status, isDone ? exitStatus.refused : 0, `${afterMs} ms: ${output}`);
		assert.is((await entriesOf(layout)).length, 1);
	}
});

suiteOf.run();
