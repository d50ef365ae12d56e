import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootArchitecture} from '../../../engine/boot/architecture.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {findPodman} from '../../../installer/virtual-machine/find-program.ts';
import {
	type MachineWishes,
	prepareMachine,
} from '../../../installer/virtual-machine/prepare-machine.ts';
import {failure} from '../../engine/oci/settings/failure.ts';
import {descriptor} from './descriptors.ts';

const test = suite('prepare a machine');

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-prepare-'));
test.after(() => rmSync(folder, {recursive: true}));
const place = (name: string): string => path.join(folder, name);
const {kernel: architecture} = bootArchitecture();
const programs = [`qemu-system-${architecture}`, 'swtpm', 'podman'];

mkdirSync(place('bin'));
for (const name of programs) {
	writeFileSync(place(`bin/${name}`), '');
	chmodSync(place(`bin/${name}`), 0o755);
}
mkdirSync(place('config/qemu/firmware'), {recursive: true});
for (const name of ['code', 'variables', 'there']) writeFileSync(place(name), '');
writeFileSync(
	place('config/qemu/firmware/00-first.json'),
	descriptor({
		code: place('code'),
		variables: place('variables'),
		architecture,
		machines: ['pc-q35-*', 'virt-*'],
	}),
);
const disk = Buffer.alloc(1024);
disk.write('\x55\xaa', 510, 'latin1');
writeFileSync(place('disk'), disk);

const env = {PATH: place('bin'), XDG_CONFIG_HOME: place('config')};
const kvm = {device: place('no-kvm'), kernels: async () => []};
const system = fakeSystem({deviceSize: () => ({size: 1024, sectorSize: 512})});
const {signal} = new AbortController();

const wishes: MachineWishes = {
	source: place('disk'),
	isPersistent: false,
	keepAs: undefined,
	diskSize: undefined,
	addedDisks: [],
	memory: undefined,
	cpus: undefined,
	accelerator: undefined,
	firmware: undefined,
	secureBoot: undefined,
	hasTpm: false,
	network: 'none',
	sshPort: undefined,
	sshKey: undefined,
	autologin: false,
	display: undefined,
	moreArguments: [],
};

const prepare = (changes: Partial<MachineWishes>) =>
	prepareMachine(system, {...wishes, ...changes}, {env, kvm}, signal);

test('with all that nobody asked for', async () => {
	assert.equal(await prepare({}), {
		programs: {qemu: place(`bin/qemu-system-${architecture}`), swtpm: undefined, podman: undefined},
		architecture,
		accelerator: 'tcg',
		slow: {
			reason: `there is no ${place('no-kvm')}`,
			hint: 'Switch virtualization on in the firmware; in a container, give it by --device /dev/kvm.',
		},
		cpus: 1,
		memory: 2 ** 31,
		firmware: {
			kind: 'uefi',
			chosen: {
				code: {path: place('code'), format: 'raw'},
				variables: {path: place('variables'), format: 'raw'},
				...{hasSecureBoot: false, hasKeys: false, needsSmm: false},
			},
		},
		source: {
			...{kind: 'disk', path: place('disk'), format: 'raw', sectorSize: 512, isKept: false},
		},
		addedDisks: [],
		network: {kind: 'none'},
		display: 'none',
		credentials: {},
		moreArguments: [],
	});
});

test('as it was wished for', async () => {
	const settings = await prepare({
		source: 'registry.example.com/myos:1',
		keepAs: place('kept.raw'),
		diskSize: '8 GiB',
		addedDisks: ['20 GiB', place('there')],
		memory: '512 MiB',
		accelerator: 'kvm',
		hasTpm: true,
		network: 'user',
		autologin: true,
		moreArguments: ['-S'],
	});
	const {programs, accelerator, slow, cpus, memory, source, addedDisks} = settings;
	assert.equal(
		{programs, accelerator, slow, cpus, memory, source, addedDisks},
		{
			programs: {
				qemu: place(`bin/qemu-system-${architecture}`),
				swtpm: place('bin/swtpm'),
				podman: place('bin/podman'),
			},
			accelerator: 'kvm',
			slow: undefined,
			cpus: 2,
			memory: 2 ** 29,
			source: {
				kind: 'image',
				reference: 'registry.example.com/myos:1',
				size: '8 GiB',
				firmware: undefined,
				keptAs: place('kept.raw'),
			},
			addedDisks: [
				{kind: 'new', size: 20 * 2 ** 30},
				{kind: 'file', path: place('there'), format: 'raw', sectorSize: 512, isBlank: true},
			],
		},
	);
	assert.is(settings.network.kind, 'user');
	assert.equal(settings.credentials, {'agetty.autologin': 'root', 'login.noauth': 'yes'});
	assert.equal(settings.moreArguments, ['-S']);
});

test('is refused before anything is made', async () => {
	const image = {source: 'localhost/myos'};
	const table: readonly (readonly [Partial<MachineWishes>, string])[] = [
		[{isPersistent: true, ...image}, 'localhost/myos is an image, and --persistent is for a disk'],
		[{keepAs: place('new')}, `${place('disk')} is there, and --disk is for an image`],
		[{diskSize: '8 GiB'}, `${place('disk')} is there, and --disk-size is for an image`],
		[{keepAs: place('there'), ...image}, `${place('there')} is there already`],
		[{keepAs: place('no/new'), ...image}, `there is no folder for ${place('no/new')}`],
		[{diskSize: 'large', ...image}, '--disk-size cannot be large'],
		[{memory: '2048'}, '--memory cannot be 2048'],
		[{memory: '1 MiB'}, '--memory 1 MiB is too little for any system'],
		[{cpus: 0}, 'a machine needs a processor'],
		[{sshPort: 2222}, '--ssh-port is given with --network none'],
		[{display: 'gtk'}, '--display gtk needs a graphical session'],
		...(architecture === 'x86_64'
			? ([
					[
						{firmware: 'bios', secureBoot: 'setup'},
						'--secure-boot is given with --firmware bios, which has none',
					],
				] as const)
			: []),
	];
	for (const [changes, message] of table)
		assert.is((await failure(() => prepare(changes))).message, message);
});

test('names what is not installed', async () => {
	const {message, hint} = await failure(() => findPodman([place('config')]));
	assert.equal(
		{message, hint},
		{
			message: 'podman is not installed',
			hint: 'Install podman; or have the disk made where podman is, and run that.',
		},
	);
});

test.run();
