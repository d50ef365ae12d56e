import {
	chmodSync,
	existsSync,
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
import {fakeSystem} from '../../../engine/system/fake.ts';
import type {System} from '../../../engine/system/system.ts';
import type {MachineSettings} from '../../../installer/virtual-machine/machine-settings.ts';
import {
	explainFailure,
	runFolder,
	runMachine,
} from '../../../installer/virtual-machine/run-machine.ts';
import {failure} from '../../engine/oci/settings/failure.ts';

const test = suite('run a machine');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-machine-'));
test.after(() => rmSync(folder, {recursive: true}));
const template = path.join(folder, 'VARS.fd');
writeFileSync(template, 'variables');
chmodSync(template, 0o444);
const work = path.join(folder, 'work');
mkdirSync(work);
const parent = path.join(work, 'run-');

const settings: MachineSettings = {
	programs: {qemu: 'qemu', swtpm: undefined, podman: undefined},
	architecture: 'x86_64',
	accelerator: 'tcg',
	slow: undefined,
	cpus: 1,
	memory: 2 ** 30,
	firmware: {kind: 'bios'},
	source: {kind: 'disk', path: '/d', format: 'raw', sectorSize: 512, isKept: false},
	addedDisks: [],
	network: {kind: 'none'},
	display: 'none',
	credentials: {},
	moreArguments: [],
};

const {signal} = new AbortController();
const begins = (): void => {};

/** A system that has a look at what is there while a program runs. */
function watching(look: (command: string, args: readonly string[]) => void, status = 0) {
	return fakeSystem({
		runOnTerminal: async (command, args) => {
			look(command, args);
			return {status, stderr: ''};
		},
	});
}

test('with files of its own, which are there as long as it runs', async () => {
	let args = '';
	let blank: unknown;
	let variables = '';
	const system = watching((_, given) => {
		const [run = ''] = readdirSync(work);
		args = given.join(' ').replaceAll(path.join(work, run), '…');
		const {size, blocks, mode} = statSync(path.join(work, run, 'added0.raw'));
		blank = {size, blocks, mode: mode & 0o777};
		variables = readFileSync(path.join(work, run, 'variables'), 'utf8');
		writeFileSync(path.join(work, run, 'variables'), 'changed');
	}, 7);
	const status = await runMachine(
		system,
		{
			...settings,
			firmware: {
				kind: 'uefi',
				chosen: {
					code: {path: '/f/CODE.fd', format: 'raw'},
					variables: {path: template, format: 'raw'},
					...{hasSecureBoot: false, hasKeys: false, needsSmm: false},
				},
			},
			addedDisks: [{kind: 'new', size: 2 ** 34}],
		},
		{parent, begins, signal},
	);
	assert.is(status, 7);
	assert.match(args, 'if=pflash,unit=1,format=raw,file=…/variables ');
	assert.match(args, 'if=none,id=added0,discard=unmap,format=raw,file=…/added0.raw ');
	assert.equal(blank, {size: 2 ** 34, blocks: 0, mode: 0o600});
	assert.is(variables, 'variables');
	assert.is(readFileSync(template, 'utf8'), 'variables');
	assert.equal(readdirSync(work), []);
});

test('with a TPM, which ends with it', async () => {
	const lines: string[] = [];
	const system = fakeSystem({
		run: async (command, args) => {
			lines.push([command, ...args].join(' '));
			return {status: 0, stdout: '', stderr: ''};
		},
	});
	const programs = {...settings.programs, swtpm: '/usr/bin/swtpm'};
	await runMachine(system, {...settings, programs}, {parent, begins, signal});
	assert.equal(
		lines.map((line) => line.replaceAll(/\/\S+?\/run-\w+/g, '…')),
		[
			'/usr/bin/swtpm socket --tpm2 --tpmstate dir=…/tpm --ctrl type=unixio,path=…/tpm/socket --pid file=…/tpm/pid --terminate --daemon',
		],
	);
	assert.equal(readdirSync(work), []);
});

/** As podman would, with an image that makes such files. */
function imageSystem(files: readonly string[], status = 0): Pick<System, 'run' | 'runOnTerminal'> {
	return watching((command, args) => {
		if (command !== 'podman') return;
		const out = args.find((word) => word.endsWith(':/out'))?.slice(0, -5) ?? '';
		for (const name of files) writeFileSync(path.join(out, name), name);
	}, status);
}

const image = {kind: 'image', reference: 'localhost/myos', size: '8 GiB'} as const;
const ofImage = (keptAs: string | undefined): MachineSettings => ({
	...settings,
	programs: {...settings.programs, podman: 'podman'},
	source: {...image, keptAs},
});

test('of an image, with a disk that is kept or not', async () => {
	const system = imageSystem(['myos.raw', 'manifest.json']);
	const fake = system as ReturnType<typeof fakeSystem>;
	assert.is(await runMachine(system, ofImage(undefined), {parent, begins, signal}), 0);
	assert.equal(
		fake.calls.map(({args: [command, args]}) =>
			[command, ...(args as string[])]
				.join(' ')
				.replaceAll(/\/\S+?\/run-\w+/g, '…')
				.replace(/raw\.\w{6}/, 'raw.XXXXXX'),
		),
		[
			'podman run --rm --network none --security-opt label=disable --volume …/disk.raw.XXXXXX:/out localhost/myos disk --format raw --size 8 GiB /out',
			'qemu -nodefaults -machine q35 -accel tcg -cpu max -smp 1 -m 1024 -drive if=none,id=medium,discard=unmap,format=raw,file=…/disk.raw -device virtio-blk-pci,drive=medium,bootindex=0 -nic none -device virtio-rng-pci -display none -serial mon:stdio',
		],
	);
	assert.equal(readdirSync(work), []);
	const kept = path.join(work, 'kept');
	await runMachine(system, ofImage(kept), {parent, begins, signal});
	assert.is(readFileSync(kept, 'utf8'), 'myos.raw');
	rmSync(kept);
	assert.equal(readdirSync(work), []);
});

test('of an image that makes no disk, or several, does not start', async () => {
	for (const [system, message] of [
		[imageSystem([], 125), 'there is no disk of localhost/myos: podman ended with status 125'],
		[imageSystem([]), 'there is no disk of localhost/myos: it made none of itself'],
		[imageSystem(['a.raw', 'b.raw']), 'there is no disk of localhost/myos: it made none of itself'],
	] as const) {
		let hasBegun = false;
		const kept = path.join(work, 'kept');
		const begins = () => {
			hasBegun = true;
		};
		const run = () => runMachine(system, ofImage(kept), {parent, begins, signal});
		assert.is((await failure(run)).message, message);
		assert.not(hasBegun);
		assert.not(existsSync(kept));
		assert.equal(readdirSync(work), []);
	}
});

test('tells what QEMU means', () => {
	const message = (words: string) => explainFailure(words)?.message;
	assert.is(
		message(
			'qemu-system-x86_64: -drive if=none: Failed to get "write" lock\nIs another process using the image [/d/disk.raw]?\n',
		),
		'/d/disk.raw belongs to another machine that runs',
	);
	assert.is(
		message("qemu: -nic user: Could not set up host forwarding rule 'tcp:127.0.0.1:22-:22'"),
		'the port for SSH was taken in the meantime',
	);
	assert.is(
		message("qemu: -display gtk: Parameter 'type' does not accept value 'gtk'"),
		'this QEMU does not show such a display',
	);
	assert.is(message('qemu: something else'), undefined);
});

test('keeps what is made for it where disks have room', () => {
	assert.is(runFolder({}), '/var/tmp/slipway-run-');
	assert.is(runFolder({TMPDIR: '/big'}), '/big/slipway-run-');
});

test.run();
