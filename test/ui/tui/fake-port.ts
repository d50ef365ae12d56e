import {Refused} from '../../../engine/errors.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {GiB} from '../../../installer/disk/size.ts';
import type {DiskFacts, InstallerPort, MachineFacts, RunEvent} from '../../../ui/tui/port.ts';

export const key =
	'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2f1xM0mZ5zv1Yt9dGQm8vYt0m1lqyQqkKc0example anna@desk';

export const machine: MachineFacts = {
	image: {
		name: 'registry.example.com/myos:42',
		version: 'My OS 42 (stable), 42.1',
		target: 'registry.example.com/myos:42',
	},
	surroundings: {kind: 'live-system'},
	checks: [
		{name: 'Firmware', verdict: 'good', text: 'UEFI, Secure Boot is off'},
		{name: 'Memory', verdict: 'good', text: '7.8 GiB'},
		{name: 'TPM', verdict: 'doubtful', text: 'none: the disk cannot be bound to this machine'},
		{name: 'Clock', verdict: 'good', text: '2026-11-26 08:00 UTC'},
	],
	fileSystems: ['ext4', 'btrfs', 'xfs'],
	withoutEncryption: undefined,
	withoutTpm2: 'this machine has no TPM2',
	withoutSudo: undefined,
	locales: ['C.UTF-8', 'de_DE.UTF-8', 'en_GB.UTF-8', 'en_US.UTF-8', 'fr_FR.UTF-8'],
	keymaps: ['de-latin1', 'fr', 'uk', 'us'],
	timeZones: [
		'Africa/Nairobi',
		'America/New_York',
		'Asia/Tokyo',
		'Europe/Berlin',
		'Europe/Bern',
		'Europe/Paris',
		'UTC',
	],
	defaults: {hostname: 'myos', locale: 'C.UTF-8', keymap: 'us', timeZone: 'UTC'},
	updates: 'apply',
	interfaces: [{name: 'enp1s0', state: 'connected, 192.0.2.7/24'}],
};

function disk(facts: Partial<DiskFacts> & Pick<DiskFacts, 'name'>): DiskFacts {
	return {
		path: `/dev/${facts.name}`,
		size: 931 * GiB,
		transport: 'sata',
		model: 'ST1000DM010',
		serial: `S-${facts.name}`,
		wwn: undefined,
		content: 'empty',
		isEmpty: true,
		refusals: [],
		warnings: [],
		withoutFreeSpace: undefined,
		partitions: [],
		...facts,
	};
}

export const disks: readonly DiskFacts[] = [
	disk({
		name: 'nvme0n1',
		transport: 'nvme',
		model: 'Samsung SSD 990 PRO 1TB',
		serial: 'S6Z2NJ0T1234',
		content: 'GPT with 4 partitions: vfat "ESP", no file system, BitLocker, ntfs "WinRE"',
		isEmpty: false,
		warnings: ['Windows may ask for its BitLocker recovery key when the boot order changes.'],
		withoutFreeSpace: 'the largest gap is 21 MiB, 6.0 GiB are needed',
		partitions: [
			{number: 1, size: 0.25 * GiB, content: 'vfat "ESP"', refusal: 'others boot from it'},
			{number: 3, size: 930 * GiB, content: 'BitLocker', refusal: undefined},
		],
	}),
	disk({name: 'sda'}),
	disk({
		name: 'sdb',
		size: 29.8 * GiB,
		transport: 'usb',
		model: 'SanDisk Ultra',
		content: 'iso9660 "SLIPWAY"',
		isEmpty: false,
		refusals: ['the system that runs here is on /dev/sdb'],
	}),
	disk({
		name: 'mmcblk0',
		size: 2 * GiB,
		transport: undefined,
		model: undefined,
		refusals: ['/dev/mmcblk0 is too small: 2.0 GiB, 6.0 GiB are needed'],
	}),
];

/** So many that no screen has room for them. */
export const manyDisks: readonly DiskFacts[] = Array.from({length: 100}, (_, at) =>
	disk({name: `sd${at}`, model: `Model ${at}`}),
);

const at = Date.UTC(2026, 10, 26, 12, 4, 0);
const GB = 1e9;

export const runEvents: readonly RunEvent[] = [
	{kind: 'progress', at, event: {type: 'step', step: 'partition', title: 'Partitioning sda'}},
	{kind: 'progress', at: at + 900, event: {type: 'done', step: 'partition'}},
	{
		kind: 'progress',
		at: at + 1000,
		event: {type: 'step', step: 'root', title: 'Writing the root', total: 6 * GB},
	},
	{kind: 'progress', at: at + 8000, event: {type: 'advance', step: 'root', done: 2 * GB}},
	{
		kind: 'progress',
		at: at + 8500,
		event: {type: 'warning', code: 'no-tpm', message: 'this machine has no TPM2'},
	},
	{kind: 'progress', at: at + 16_000, event: {type: 'advance', step: 'root', done: 4 * GB}},
];

export const installed: RunEvent = {
	kind: 'ended',
	ending: {
		kind: 'installed',
		message: 'sda boots registry.example.com/myos:42 now, as deployment 9f319f319f31-0',
		recoveryKey: undefined,
	},
};

export interface FakePort extends InstallerPort {
	/** What was asked for, in order. */
	readonly calls: readonly string[];
}

/** A machine that answers at once; single methods are replaced by `answers`. */
export function fakePort(answers: Partial<InstallerPort> = {}): FakePort {
	const calls: string[] = [];
	const port: InstallerPort = {
		readMachine: async () => machine,
		listDisks: async () => disks,
		loadKeymap: async () => {},
		readKeys: async (source) => {
			if (!source.startsWith('ssh-'))
				throw new Refused('no-key', `${source} holds no public key`, {hint: 'Give another.'});
			return {keys: source.split('\n'), leftOut: 0};
		},
		hashPassword: async () => new Secret('$6$salt$hash'),
		plan: async () => ({
			fingerprint: 'f0',
			destroys: ['GPT with 4 partitions: vfat "ESP", no file system, BitLocker, ntfs "WinRE"'],
			keeps: [],
			makes: ['1  esp, 1.0 GiB, vfat', '2  root, 930 GiB, ext4'],
			warnings: [],
		}),
		start: async () => ({
			disk: 'sda',
			follow: replay,
			stop: async () => {},
			forget: async () => {},
		}),
		findRun: async () => undefined,
		saveAnswers: async () => ({path: '/root/slipway.toml', leftOut: ['the passphrase']}),
		saveLog: async () => '/root/slipway.log',
		restart: async () => {},
		openShell: async () => {},
		...answers,
	};
	const recording = new Proxy(port, {
		get(target, name: keyof InstallerPort) {
			const method = target[name];
			if (typeof method !== 'function') return method;
			return (...args: unknown[]) => {
				calls.push(name);
				return Reflect.apply(method, target, args);
			};
		},
	});
	return Object.assign(Object.create(recording) as InstallerPort, {calls});
}

async function* replay(): AsyncGenerator<RunEvent> {
	yield* runEvents;
	yield installed;
}
