import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {KernelArgumentEdit} from '../../../engine/boot/edit-kernel-arguments.ts';
import {changeKernelArguments} from '../../../engine/deployment/change-kernel-arguments.ts';
import {readDeploymentSet} from '../../../engine/deployment/read-status.ts';
import {EngineError} from '../../../engine/errors.ts';
import {content} from '../store/fixture.ts';
import {storeRoot} from '../store/stored-root.ts';
import {type MadeMachine, makeMachine, writeFile} from './made-machine.ts';
import {sampleDeployment, sampleEntry, sampleMachine, sampleOrigin} from './samples.ts';

const test = suite<{machine: MadeMachine; digest: string}>('change kernel arguments');

const id = (serial: number): string => sampleDeployment(serial).id;
const own = 'etc/slipway/kargs.d/99-slipway-kargs.toml';
const site = 'etc/slipway/kargs.d/10-site.toml';
const given = {argument: 'console=ttyS0', source: 'install --karg'};
const quiet = {argument: 'quiet', source: '/usr/lib/slipway/kargs.d/10-quiet.toml'};
const options = {name: 'slipway kargs'};

test.before.each(async (context) => {
	context.machine = await makeMachine(async (physicalRoot) => {
		const {digest} = await storeRoot(physicalRoot, {
			'usr/lib/modules/6.12.1/vmlinuz': content(5000, 1),
			'usr/lib/modules/6.12.1/initramfs.img': content(9000, 2),
			'usr/lib/os-release': 'PRETTY_NAME="My OS 13"\n',
			'usr/lib/slipway/kargs.d/10-quiet.toml': 'kargs = ["quiet"]\n',
		});
		context.digest = digest;
		const origin = {
			imageVerity: {algorithm: 'sha256', digest} as const,
			kernelArguments: [quiet, given],
			installed: {...sampleOrigin.installed, kernelArguments: [given]},
		};
		const set = sampleMachine([sampleEntry(1), sampleEntry(0)], 1);
		return {...set, deployments: [0, 1].map((serial) => sampleDeployment(serial, origin))};
	});
});
test.after.each(({machine}) => machine[Symbol.dispose]());

function change(
	{system, root}: MadeMachine,
	text: string | undefined,
	more: {readonly dryRun?: boolean} = {},
) {
	const [kind, ...words] = text?.split(' ') ?? [];
	const edit: KernelArgumentEdit = {kind: kind as KernelArgumentEdit['kind'], arguments: words};
	return changeKernelArguments(
		system,
		text === undefined ? undefined : edit,
		{...options, ...more},
		root,
	);
}

/** Lines of a loader entry by their keys. */
function entryOf({esp}: MadeMachine, file: string): Record<string, string> {
	const text = readFileSync(path.join(esp, 'loader/entries', file), 'utf8');
	const lines = text.trimEnd().split('\n');
	return Object.fromEntries(
		lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
	);
}

test('deploys the same image once more, with its kernel from the store', async ({
	machine,
	digest,
}) => {
	const report = await change(machine, 'add nosmt');
	const newId = `${digest.slice(0, 12)}.0`;
	const added = {argument: 'nosmt', source: `/${own}`};
	assert.equal(report, {
		changed: true,
		booted: id(1),
		nextBoot: {id: newId, image: sampleOrigin.image, version: '13.1'},
		removed: [],
		kernelArguments: [quiet, given, added],
		added: [added],
		dropped: [],
		changedFile: `/${own}`,
	});
	const entry = entryOf(machine, `slipway-${newId}+3.conf`);
	assert.equal(
		[entry.title, entry.options],
		[
			`My OS 13 (${newId})`,
			`root=UUID=6d1a-22 rw composefs=${digest} slipway=${newId} quiet console=ttyS0 nosmt`,
		],
	);
	assert.equal(readFileSync(path.join(machine.esp, entry.linux ?? '')), content(5000, 1));
	assert.equal(readFileSync(path.join(machine.esp, entry.initrd ?? '')), content(9000, 2));
	const {deployments} = await readDeploymentSet(machine.root);
	const made = deployments.find((one) => one.id === newId)?.origin;
	assert.equal(
		[made?.kernelArguments, made?.installed.kernelArguments, made?.sequence],
		[[quiet, given, added], [given], 3],
	);
	assert.match(readFileSync(path.join(machine.root, own), 'utf8'), /^kargs = \[\n\t"nosmt",\n\]$/m);
});

test('takes the place of what was staged; and nothing is left when it comes to nothing', async ({
	machine,
}) => {
	const first = await change(machine, 'add nosmt');
	const second = await change(machine, 'remove console=ttyS0');
	assert.equal(second.removed, [first.nextBoot?.id]);
	assert.equal([second.added, second.dropped], [[], [given]]);
	await change(machine, 'remove nosmt');
	const last = await change(machine, 'add console=ttyS0');
	assert.equal([last.nextBoot?.id, last.kernelArguments], [id(1), [quiet, given]]);
	assert.equal(existsSync(path.join(machine.root, own)), false);
	assert.equal(readdirSync(path.join(machine.root, 'sysroot/state/deploy')), [id(0), id(1)]);
});

test('changes nothing when all is as asked', async ({machine}) => {
	const {calls} = machine.system;
	const report = await change(machine, 'add quiet');
	assert.equal([report.changed, report.changedFile, report.nextBoot?.id], [false, null, id(1)]);
	assert.equal(existsSync(path.join(machine.root, 'etc')), false);
	assert.equal(
		calls.filter(({call}) => call === 'syncFileSystem'),
		[],
	);
});

test('uses what people wrote into files of their own', async ({machine}) => {
	assert.is((await change(machine, undefined)).changed, false);
	writeFile(path.join(machine.root, site), 'remove = ["quiet"]\nkargs = ["site"]\n');
	const report = await change(machine, undefined);
	assert.equal(
		[report.changed, report.changedFile, report.added, report.dropped],
		[true, null, [{argument: 'site', source: `/${site}`}], [quiet]],
	);
});

test('only tells in a dry run', async ({machine}) => {
	const report = await change(machine, 'add nosmt', {dryRun: true});
	assert.equal([report.changed, report.added.length], [true, 1]);
	assert.equal(existsSync(path.join(machine.root, 'etc')), false);
	assert.equal((await machine.bootLoader.list()).entries.length, 2);
});

async function failureOf(act: () => Promise<unknown>): Promise<EngineError> {
	try {
		await act();
	} catch (error) {
		assert.ok(error instanceof EngineError, String(error));
		return error;
	}
	return assert.unreachable('did it') as never;
}

test('leaves all as it was at a mistake in a file', async ({machine}) => {
	writeFile(path.join(machine.root, site), 'kargs = [\n"a",\n"root=/dev/sda1",\n]\n');
	const {message, exitStatus} = await failureOf(() => change(machine, 'add nosmt'));
	assert.equal(
		[message, exitStatus],
		[
			`/${site}, line 3: root= names the disk and is set by slipway, expected any other kernel argument`,
			2,
		],
	);
	assert.equal(readdirSync(path.join(machine.root, 'etc/slipway/kargs.d')), ['10-site.toml']);
	assert.equal((await machine.bootLoader.list()).entries.length, 2);
});

test('puts its file back when the deployment cannot be made', async ({machine}) => {
	await change(machine, 'add nosmt');
	const text = readFileSync(path.join(machine.root, own), 'utf8');
	const {system} = machine;
	const syncFileSystem = () => {
		throw new Error('the boot partition is gone');
	};
	const broken = {...machine, system: Object.assign(Object.create(system), {syncFileSystem})};
	try {
		await change(broken, 'add other');
		assert.unreachable('did it');
	} catch (error) {
		assert.is((error as Error).message, 'the boot partition is gone');
	}
	assert.is(readFileSync(path.join(machine.root, own), 'utf8'), text);
});

test('needs to know which disk this machine runs from', async ({machine, digest}) => {
	writeFile(
		path.join(machine.root, 'proc/cmdline'),
		`root=/dev/sda2 composefs=${digest} slipway=${id(1)}\n`,
	);
	assert.is((await failureOf(() => change(machine, 'add nosmt'))).code, 'unknown-root');
});

test.run();
