import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {describeStatus, type StatusEntry} from '../../../engine/deployment/status.ts';
import type {HealthRecord} from '../../../engine/health/health-record.ts';
import {fresh, sampleDeployment, sampleEntry, sampleMachine, sampleOrigin} from './samples.ts';

const test = suite('status');
const running = {verityEnforced: true, notDeployed: undefined};

const entryOf = (serial: number, changes: Partial<StatusEntry> = {}): StatusEntry => ({
	image: {
		image: {image: 'registry.example.com/myos:latest', transport: 'registry'},
		version: '13.1',
		timestamp: '2026-03-01T10:00:00Z',
		imageDigest: `sha256:${'a1'.repeat(32)}`,
		architecture: 'amd64',
		pullable: true,
	},
	incompatible: false,
	problem: null,
	pinned: false,
	softRebootCapable: false,
	store: 'composefs',
	deployment: {
		id: `3f2a9c1b4d5e.${serial}`,
		health: 'good',
		tries: null,
		failure: null,
		created: '2026-03-02T08:30:00.000Z',
		imageVerity: sampleOrigin.imageVerity,
		configDigest: `sha256:${'b2'.repeat(32)}`,
		kernelVersion: '6.12.48-amd64',
		kernelArguments: sampleOrigin.kernelArguments,
		changes: null,
	},
	installed: sampleOrigin.installed,
	...changes,
});

test('describes a machine with an update staged', () => {
	const set = sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1);
	const changes = {
		from: '3f2a9c1b4d5e.1',
		isSameImage: true,
		version: {from: '13.1', to: '13.1'},
		kernelVersion: {from: '6.12.48-amd64', to: '6.12.48-amd64'},
		size: null,
		packages: null,
	};
	const compared = (serial: number) => ({...entryOf(serial).deployment, changes});
	assert.equal(describeStatus(set, running), {
		version: 1,
		spec: {
			image: {image: 'registry.example.com/myos:latest', transport: 'registry'},
			bootOrder: 'default',
		},
		status: {
			booted: entryOf(1),
			bootReason: null,
			staged: entryOf(2, {deployment: {...compared(2), health: 'trying', tries: fresh}}),
			rollback: entryOf(0, {deployment: compared(0)}),
			rollbackQueued: false,
			otherDeployments: [],
			type: 'slipwayHost',
			fsVerity: {enforced: true},
			rootEncryption: null,
			softRebootPrepared: null,
			notDeployed: null,
		},
		warnings: [],
	});
});

test('tells what a soft reboot will do for, and where the next one leads', () => {
	const commandLine = (serial: number) => `composefs=00 slipway=3f2a9c1b4d5e.${serial} quiet`;
	const set: DeploymentSet = {
		...sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1),
		starts: [0, 1, 2].map((serial) => ({
			deploymentId: `3f2a9c1b4d5e.${serial}`,
			kernel: serial === 0 ? 'slipway-old' : 'slipway-k',
			commandLine: commandLine(serial),
		})),
	};
	for (const isKnown of [true, false]) {
		const softReboot = {isKnown, preparedId: '3f2a9c1b4d5e.2'};
		const {status} = describeStatus(set, {...running, softReboot});
		assert.equal(
			[status.booted, status.staged, status.rollback].map((entry) => entry?.softRebootCapable),
			[false, isKnown, false],
		);
		assert.is(status.softRebootPrepared, '3f2a9c1b4d5e.2');
	}
});

test('describes a system that is no deployment', () => {
	const set: DeploymentSet = {deployments: [], entries: undefined, bootedId: undefined};
	assert.equal(describeStatus(set, {verityEnforced: false, notDeployed: 'a container'}), {
		version: 1,
		spec: {image: null, bootOrder: 'default'},
		status: {
			booted: null,
			bootReason: null,
			staged: null,
			rollback: null,
			rollbackQueued: false,
			otherDeployments: [],
			type: null,
			fsVerity: null,
			rootEncryption: null,
			softRebootPrepared: null,
			notDeployed: 'a container',
		},
		warnings: [],
	});
});

test('describes a deployment of which little is known', () => {
	const {imageVerity, installed, created} = sampleOrigin;
	const origin = {
		version: 1,
		image: null,
		imageVerity,
		kernelArguments: [],
		sequence: 1,
		created,
		pinned: true,
		installed,
	} as const;
	const set = {
		deployments: [{id: '3f2a9c1b4d5e.0', origin: {...origin, kernelArguments: []}}],
		entries: [sampleEntry(0)],
		bootedId: '3f2a9c1b4d5e.0',
	};
	const {status, warnings} = describeStatus(set, running);
	assert.equal(status.booted, {
		image: null,
		incompatible: false,
		problem: null,
		pinned: true,
		softRebootCapable: false,
		store: 'composefs',
		deployment: {
			id: '3f2a9c1b4d5e.0',
			health: 'good',
			tries: null,
			failure: null,
			created,
			imageVerity,
			configDigest: null,
			kernelVersion: null,
			kernelArguments: [],
			changes: null,
		},
		installed,
	});
	assert.equal(
		warnings.map(({code}) => code),
		['no-reference'],
	);
});

test('shows one that it cannot read as incompatible, with the reason', () => {
	const unreadable = {
		id: '3f2a9c1b4d5e.0',
		origin: undefined,
		problem: 'it is newer',
		unfinished: false,
	};
	const set = {
		deployments: [unreadable, sampleDeployment(1)],
		entries: [sampleEntry(1), sampleEntry(0)],
		bootedId: '3f2a9c1b4d5e.1',
	};
	assert.equal(describeStatus(set, running).status.rollback, {
		image: null,
		incompatible: true,
		problem: 'it is newer',
		pinned: false,
		softRebootCapable: false,
		store: null,
		deployment: {
			id: '3f2a9c1b4d5e.0',
			health: 'good',
			tries: null,
			failure: null,
			created: null,
			imageVerity: null,
			configDigest: null,
			kernelVersion: null,
			kernelArguments: [],
			changes: null,
		},
		installed: null,
	});
});

test('says that a rollback is queued, as bootc does', () => {
	const set = sampleMachine([sampleEntry(1), sampleEntry(0, undefined, 3)], 1);
	const {spec, status} = describeStatus(set, running);
	assert.equal([spec.bootOrder, status.rollbackQueued], ['rollback', true]);
});

const localImage = {image: 'localhost/myos:latest', transport: 'registry'} as const;
const archive = {image: '/srv/myos.tar', transport: 'oci-archive'} as const;
const machine = (image: typeof localImage | typeof archive): DeploymentSet => ({
	deployments: [sampleDeployment(0, {image})],
	entries: [sampleEntry(0)],
	bootedId: '3f2a9c1b4d5e.0',
});
const warned: readonly (readonly [string, DeploymentSet, boolean, readonly string[]])[] = [
	[
		'of a reference that no other machine can pull',
		machine(localImage),
		true,
		['unpullable-reference'],
	],
	['of no archive, which is where it is', machine(archive), true, []],
	[
		'of fs-verity that is not enforced',
		sampleMachine([sampleEntry(0)], 0),
		false,
		['verity-not-enforced'],
	],
	[
		'of loader entries that are not known',
		{...sampleMachine([sampleEntry(0)], 0), entries: undefined},
		true,
		['boot-state-unknown'],
	],
	[
		'of a loader entry that is missing',
		{...sampleMachine([sampleEntry(0)], 0), entries: []},
		true,
		['booted-without-entry'],
	],
];
for (const [title, set, verityEnforced, codes] of warned)
	test(`warns ${title}`, () => {
		const {warnings} = describeStatus(set, {...running, verityEnforced});
		assert.equal(
			warnings.map(({code}) => code),
			codes,
		);
	});

test('warns of settings of health checks that were left out at boot', () => {
	const record: HealthRecord = {
		version: 1,
		time: '2026-03-02T08:30:00.000Z',
		verdict: 'healthy',
		checks: [],
		failedUnits: [],
		problems: ['/etc/slipway/health.toml, line 3: wrong'],
	};
	const health = new Map([['3f2a9c1b4d5e.0', record]]);
	const records = {history: {reason: undefined, health}, changes: new Map()};
	const {warnings} = describeStatus(sampleMachine([sampleEntry(0)], 0), running, records);
	assert.equal(
		warnings.map(({code, message}) => [code, message]),
		[
			[
				'health-settings',
				"the machine's time limits of health checks are not used: /etc/slipway/health.toml, line 3: wrong",
			],
		],
	);
});

test('warns of a root that was to grow and did not', () => {
	const growthProblem = {message: 'no room', hint: 'Make some.'};
	const {warnings} = describeStatus(sampleMachine([sampleEntry(0)], 0), {
		...running,
		growthProblem,
	});
	assert.equal(warnings, [
		{
			code: 'root-not-grown',
			message: 'the root does not have all of its disk yet: no room',
			hint: 'Make some.',
		},
	]);
});

test('says where the recovery key lies, as long as it lies there', () => {
	const {warnings} = describeStatus(sampleMachine([sampleEntry(0)], 0), {
		...running,
		keepsRecoveryKey: true,
	});
	assert.equal(
		warnings.map(({code, message}) => [code, message]),
		[
			[
				'recovery-key-kept',
				'the recovery key of the encrypted root is nowhere but on it, in /var/lib/slipway/recovery-key',
			],
		],
	);
});

test('marks an image that no other machine can pull', () => {
	const {status} = describeStatus(machine(localImage), running);
	assert.is(status.booted?.image?.pullable, false);
});

test.run();
