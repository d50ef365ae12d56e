import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {textFile} from '../../../engine/boot/boot-partition.ts';
import {FirmwareVariables} from '../../../engine/boot/firmware/firmware-variables.ts';
import {mountedPartition} from '../../../engine/boot/mounted-partition.ts';
import {Lacking, OperationFailed, Refused} from '../../../engine/errors.ts';
import {noProgress} from '../../../engine/progress.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {describeSystem} from '../../../installer/describe-system.ts';
import {planMounted} from '../../../installer/mounted/mounted-plan.ts';
import {type MountedRun, runMounted} from '../../../installer/mounted/run-mounted.ts';
import {unfinishedFolder} from '../../../installer/mounted/target-names.ts';
import {espVolume, rootTarget} from '../../installer/mounted/targets.ts';
import {systemRequest} from '../../installer/new-system.ts';

const suiteOf = suite<{folder: string; root: string; esp: string}>('the run of a mounted plan');
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('skipped: files get owners, which needs root');
const test = isRoot ? suiteOf : suiteOf.skip;

suiteOf.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'mounted-run-'));
	context.root = path.join(context.folder, 'root');
	context.esp = path.join(context.folder, 'esp');
	for (const place of ['root/usr/bin', 'root/lost+found', 'esp/EFI/debian', 'efivars'])
		mkdirSync(path.join(context.folder, place), {recursive: true});
	writeFileSync(path.join(context.root, 'usr/bin/true'), 'old');
	writeFileSync(path.join(context.esp, 'EFI/debian/shimx64.efi'), 'shim');
});
suiteOf.after.each(({folder}) => rmSync(folder, {recursive: true}));

const never = new AbortController().signal;
const described = describeSystem(systemRequest(import.meta.filename));
/** fs-verity that nothing has: the files here are plain ones. */
const withoutVerity = 'it is a test';

function runIn(folder: string, removes: readonly string[] = []): MountedRun {
	const root = path.join(folder, 'root');
	const esp = mountedPartition(fakeSystem(), path.join(folder, 'esp'));
	const plan = planMounted({
		root: rootTarget({realPath: root, withoutVerity}),
		boot: {esp: espVolume(), xbootldr: undefined},
		room: {needed: 1, free: 2, isEnoughForUpdates: true},
		removes,
		image: described.image,
		bootstrap: [],
		deployment: described.deployment,
		bootFiles: [],
		othersFiles: [],
		takeover: undefined,
	});
	const content = described.contentFor(plan);
	const [, , loaderConf, ...kernelFiles] = content.bootFiles;
	return {
		plan,
		content,
		root,
		mountPoints: [],
		varMount: undefined,
		esp,
		espFiles: loaderConf === undefined ? [] : [loaderConf],
		kernels: esp,
		kernelFiles,
		staleEntries: [],
		previousEntry: {
			file: textFile('loader/entries/slipway-previous.conf', 'title Debian\n'),
			partition: esp,
		},
		firmware: {
			variables: new FirmwareVariables(path.join(folder, 'efivars')),
			changes: [{name: 'BootOrder', data: Buffer.alloc(2)}],
		},
	};
}

const systemOf = (sync: (place: string) => void = () => {}) =>
	fakeSystem({
		enableVerity: () => {
			throw new Lacking('no-fs-verity', 'none');
		},
		syncFileSystem: sync,
	});

const {id} = described.deployment;
const entry = `slipway-${id}+3.conf`;

test('puts a system beside what is there', async ({folder, root, esp}) => {
	await runMounted(systemOf(), runIn(folder), never, noProgress);
	assert.equal(readdirSync(root).sort(), ['composefs', 'lost+found', 'state', 'usr']);
	assert.is(readFileSync(path.join(root, 'usr/bin/true'), 'utf8'), 'old');
	assert.ok(existsSync(path.join(root, `state/deploy/${id}/origin.json`)));
	assert.equal(readdirSync(path.join(esp, 'loader/entries')).sort(), [
		entry,
		'slipway-previous.conf',
	]);
	assert.is(readFileSync(path.join(esp, 'EFI/debian/shimx64.efi'), 'utf8'), 'shim');
	assert.is(readdirSync(path.join(folder, 'efivars')).length, 1);
});

test('removes what it is told to', async ({folder, root}) => {
	await runMounted(systemOf(), runIn(folder, ['usr']), never, noProgress);
	assert.equal(readdirSync(root).sort(), ['composefs', 'lost+found', 'state']);
});

test('can be killed at every sync and run again, and the entry comes last', async ({
	folder,
	root,
	esp,
}) => {
	let syncs = 0;
	await runMounted(
		systemOf(() => syncs++),
		runIn(folder),
		never,
		noProgress,
	);
	assert.ok(syncs >= 3, `${syncs}`);
	const reset = () => {
		for (const name of ['composefs', 'state', unfinishedFolder])
			rmSync(path.join(root, name), {recursive: true, force: true});
		rmSync(path.join(esp, 'loader'), {recursive: true, force: true});
	};
	for (let last = 0; last < syncs; last++) {
		reset();
		let count = 0;
		const dying = systemOf(() => {
			if (count++ === last) throw new Error('killed');
		});
		const failure = await runMounted(dying, runIn(folder), never, noProgress).catch(
			(error: unknown) => error,
		);
		assert.is((failure as Error).message, 'killed');
		const isBootable = existsSync(path.join(esp, 'loader/entries', entry));
		if (isBootable) assert.not(existsSync(path.join(root, unfinishedFolder, 'state')));
		// All there is to do was done.
		if (!existsSync(path.join(root, unfinishedFolder))) continue;
		await runMounted(systemOf(), runIn(folder), never, noProgress);
		assert.equal(readdirSync(root).sort(), ['composefs', 'lost+found', 'state', 'usr'], `${last}`);
		assert.ok(existsSync(path.join(esp, 'loader/entries', entry)));
	}
});

test('does not touch what somebody else has put there meanwhile', async ({folder, root}) => {
	mkdirSync(path.join(root, 'state/of-others'), {recursive: true});
	const failure = await runMounted(systemOf(), runIn(folder), never, noProgress).catch(
		(error: unknown) => error,
	);
	assert.instance(failure, Refused);
	assert.ok(existsSync(path.join(root, 'state/of-others')));
});

test('never says that nothing was changed once it was', async ({folder}) => {
	const run = runIn(folder);
	const broken = {
		...run,
		esp: {
			...run.esp,
			write: async () => {
				throw new Lacking('x', 'something is missing');
			},
		},
	};
	const failure = await runMounted(systemOf(), broken, never, noProgress).catch(
		(error: unknown) => error,
	);
	assert.instance(failure, OperationFailed);
});

test('says what is booted when it was interrupted', async ({folder}) => {
	const controller = new AbortController();
	const system = systemOf(() => controller.abort());
	const failure = await runMounted(system, runIn(folder), controller.signal, noProgress).catch(
		(error: unknown) => error,
	);
	assert.is((failure as OperationFailed).code, 'interrupted');
	assert.is((failure as OperationFailed).message, 'interrupted: /target boots what it did before');
});

suiteOf.run();
