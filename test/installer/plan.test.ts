import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Refused} from '../../engine/errors.ts';
import {minimumDiskSize} from '../../installer/disk/layout.ts';
import {GiB, MiB} from '../../installer/disk/size.ts';
import {noWishes} from '../../installer/disk/storage-wishes.ts';
import type {EncryptionPlan} from '../../installer/encryption/encryption-plan.ts';
import {type PlanRequest, partitionOfRole, planInstall} from '../../installer/plan.ts';
import {formatPlan} from '../../installer/plan-text.ts';
import {sampleOrigin} from '../engine/deployment/samples.ts';
import {besideRequest, found, freeSpace, windows} from './disk/beside/shared-disk.ts';
import {emptyContent, foundDisk} from './disk/found-disk.ts';

const test = suite('installation plan');

const request: PlanRequest = {
	disk: foundDisk(),
	settings: {rootFileSystem: 'ext4', espSize: undefined},
	sizes: {
		rootBytes: 400 * MiB,
		rootInodes: 13_000,
		bootBytes: 45 * MiB,
		loaderBytes: MiB,
		varBytes: 20 * MiB,
	},
	architecture: 'x86-64',
	seed: 'fixed',
	image: {
		reference: 'registry.example.com/myos:latest',
		isPullable: true,
		manifestDigest: undefined,
		configDigest: 'sha256:c0ffee',
		verityDigest: 'ab12',
	},
	bootstrap: [],
	deployment: {
		id: '20261122-1',
		origin: {
			...sampleOrigin,
			imageVerity: {algorithm: 'sha256', digest: 'ab12'},
			kernelArguments: [
				{argument: 'quiet', source: 'the image'},
				{argument: 'console=ttyS0', source: 'the person'},
			],
		},
	},
	canEnableVerity: true,
};

test('is all that will be done, as data that survives JSON', () => {
	const plan = planInstall(request);
	const [disk] = plan.disks;
	assert.equal(JSON.parse(JSON.stringify(plan.deployment)), {
		id: '20261122-1',
		kernelArguments: ['quiet', 'console=ttyS0'],
		commandLine: `root=UUID=${partitionOfRole(disk.layout, 'root').fileSystem.uuid} rw composefs=ab12 slipway=20261122-1 quiet console=ttyS0`,
	});
	assert.equal(
		{version: plan.version, path: disk.path, destroys: disk.destroys, warnings: plan.warnings},
		{version: 1, path: '/dev/sda', destroys: undefined, warnings: []},
	);
	assert.equal(plan.verity, {kind: 'enforced'});
	assert.is(disk.layout.partitions.length, 2);
});

test('is the same for the same request', () => {
	assert.is(JSON.stringify(planInstall(request)), JSON.stringify(planInstall(request)));
});

test('requires fs-verity on ext4 always, on btrfs with a kernel that has it, on xfs never', () => {
	const verityOf = (rootFileSystem: 'ext4' | 'btrfs' | 'xfs', canEnableVerity: boolean) => {
		const settings = {rootFileSystem, espSize: undefined};
		const plan = planInstall({...request, settings, canEnableVerity});
		const isOptional = plan.deployment.commandLine.includes('composefs=?ab12');
		assert.is(isOptional, plan.verity.kind === 'not-enforced');
		assert.is(plan.warnings.length, isOptional ? 1 : 0);
		return plan.verity.kind;
	};
	assert.equal(
		[
			verityOf('ext4', false),
			verityOf('btrfs', true),
			verityOf('btrfs', false),
			verityOf('xfs', true),
		],
		['enforced', 'enforced', 'not-enforced', 'not-enforced'],
	);
});

test('warns of a reference that no other machine can pull, and of none', () => {
	const warningsOf = (reference: string | undefined) =>
		planInstall({...request, image: {...request.image, reference, isPullable: false}}).warnings;
	assert.equal(warningsOf('localhost/myos'), [
		{
			code: 'unpullable-reference',
			message: 'localhost/myos is on this host alone: no update can come from there',
			hint: 'Push the image to a registry that the machine reaches, and install with --target-image REGISTRY/myos:latest.',
		},
	]);
	assert.equal(
		warningsOf(undefined).map(({code}) => code),
		['no-reference'],
	);
});

test('names all that is destroyed', () => {
	const partition = {number: 1, start: 0, size: 1, type: '', uuid: '', signature: undefined};
	const partitions = Array.from({length: 9}, (_, index) => ({...partition, name: `p${index}`}));
	const table = {label: 'gpt', id: '', sectorSize: 512, partitions};
	const plan = planInstall({
		...request,
		disk: foundDisk({content: {...emptyContent, table, partitions}}),
	});
	assert.match(plan.disks[0].destroys ?? '', /^GPT with 9 partitions: .* "p8"$/);
});

test('is not made for a disk that is too small', () => {
	assert.throws(
		() => planInstall({...request, disk: foundDisk({size: GiB})}),
		(error: unknown) => error instanceof Refused && error.code === 'too-small',
	);
});

test('is printed with everything that a person has to know', () => {
	const plan = planInstall({
		...request,
		disk: foundDisk({
			identity: {
				model: 'Samsung\nSSD 990 PRO',
				serial: 'S6Z1',
				wwn: undefined,
				transport: 'nvme',
				isRemovable: false,
				diskSequence: 3,
			},
			content: {...emptyContent, signatures: [{type: 'ext4', label: 'photos', uuid: undefined}]},
		}),
		settings: {rootFileSystem: 'xfs', espSize: undefined},
		image: {...request.image, reference: 'localhost/myos', isPullable: false},
	});
	assert.is(
		formatPlan(plan),
		`Disk:         /dev/sda, 32 GiB, Samsung\\u{a}SSD 990 PRO, nvme, serial S6Z1
Destroys:     EVERYTHING on it: ext4 "photos"
Table:        GPT b3b71f00-6a2e-44b6-9e5e-10fbeedb5836, sectors of 512 bytes
  1  slipway-esp: 1.0 GiB at 1.0 MiB (bytes 1048576 to 1074790399)
     type c12a7328-f81f-11d2-ba4b-00a0c93ec93b (EFI system partition), partition d21f4160-3c0d-4cde-abe5-94f695108bfe
     vfat "SLIPWAY-ESP" 8F42-B948
  2  slipway-root: 31 GiB at 1.0 GiB (bytes 1074790400 to 34358689791)
     type 4f68bce3-e8cd-4db1-96e7-fbcaf984b709 (Linux root (x86-64)), partition 10eda384-c8cf-48b4-8928-669bb998b469
     xfs "slipway-root" 6b9297ff-f4f3-43d6-85ec-ff1f120356bc
Image:        localhost/myos
Config:       sha256:c0ffee
Root digest:  ab12
fs-verity:    NOT enforced: xfs has no fs-verity
Deployment:   20261122-1
Command line: root=UUID=6b9297ff-f4f3-43d6-85ec-ff1f120356bc rw composefs=?ab12 slipway=20261122-1 quiet console=ttyS0

WARNING: localhost/myos is on this host alone: no update can come from there
         Push the image to a registry that the machine reaches, and install with --target-image REGISTRY/myos:latest.

WARNING: changes to the system's files on the disk will not be noticed: xfs has no fs-verity
         Use ext4 for the root.
`,
	);
});

test('is printed with what the machine gets besides its image', () => {
	const item = (what: string, place: string, secret: boolean) => ({what, place, secret});
	const bootstrap = [
		item('user a\u001b[31m (1000)', '/etc/passwd', false),
		item('password of a', '/etc/shadow', true),
	];
	const text = formatPlan(planInstall({...request, bootstrap}));
	assert.ok(
		text.endsWith(
			'console=ttyS0\nAdds:         user a\\u{1b}[31m (1000) in /etc/passwd\n              password of a in /etc/shadow (secret)\n',
		),
		text,
	);
});

test('is printed shortly for an empty disk', () => {
	const text = formatPlan(planInstall(request));
	assert.match(text, /^Disk: {9}\/dev\/sda, 32 GiB\nDestroys: {5}nothing, it is empty\n/);
	assert.match(text, /\nfs-verity: {4}enforced\n/);
	assert.not.match(text, /WARNING/);
});

const encryption: EncryptionPlan = {
	type: 'luks2',
	uuid: '0f3a5c21-1111-4222-8333-444455556666',
	name: 'slipway-root',
	cipher: 'aes-xts-plain64',
	keyDerivation: undefined,
	unlockedBy: [{kind: 'tpm2', pcrs: [7], pin: false}, {kind: 'passphrase'}],
	recoveryKey: {kind: 'written', path: '/keys\u001b[2J'},
};

test('says how the root is encrypted, and has room for what that takes', () => {
	const plan = planInstall({...request, encryption});
	assert.equal(plan.encryption, encryption);
	assert.ok(
		formatPlan(plan).includes(`
Encryption:   the root, LUKS2 0f3a5c21-1111-4222-8333-444455556666, aes-xts-plain64
Unlocked by:  TPM2 (PCR 7) or passphrase
Recovery key: written to /keys\\u{1b}[2J
`),
	);
	const {sizes, settings} = request;
	const needed = minimumDiskSize({sizes, settings, sectorSize: 512});
	planInstall({...request, disk: foundDisk({size: needed})});
	assert.throws(
		() => planInstall({...request, encryption, disk: foundDisk({size: needed})}),
		(error: unknown) => error instanceof Refused && error.code === 'too-small',
	);
	planInstall({...request, encryption, disk: foundDisk({size: needed + 16 * MiB})});
});

test('warns of what stays unencrypted beside an encrypted root', () => {
	const data = found(5, 20_480, 2048, {
		signature: {type: 'ext4', label: 'data', uuid: 'FS-5'},
	});
	const {disk, bootPartitions} = besideRequest([...windows, data]);
	const further = {
		mountPoint: '/var/home',
		existing: {partition: {number: 5}, format: false},
		size: undefined,
		fileSystem: undefined,
		label: undefined,
		options: [],
		encrypted: false,
	};
	const shared: PlanRequest = {
		...request,
		disk: foundDisk(disk),
		sharing: {share: freeSpace, bootPartitions},
		wishes: {...noWishes, further: [further]},
	};
	const codesOf = (changes: Partial<PlanRequest>) =>
		planInstall({...shared, ...changes}).warnings.map(({code, message}) => `${code}: ${message}`);
	const warning =
		'not-encrypted: only the root is encrypted, not the partitions that are kept for /var/home';
	assert.equal(codesOf({}), []);
	assert.equal(codesOf({encryption}), [warning]);
	assert.equal(codesOf({encryption, wishes: noWishes}), []);
});

test.run();
