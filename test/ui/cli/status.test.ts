import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {BootReason} from '../../../engine/deployment/boot-reason.ts';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import type {RootEncryption} from '../../../engine/deployment/root-encryption.ts';
import {describeStatus} from '../../../engine/deployment/status.ts';
import type {HealthRecord} from '../../../engine/health/health-record.ts';
import {formatStatus} from '../../../ui/cli/status.ts';
import {
	failed,
	fresh,
	sampleDeployment,
	sampleEntry,
	sampleMachine,
} from '../../engine/deployment/samples.ts';

const test = suite('status text');

const textOf = (set: DeploymentSet, verityEnforced = true, notDeployed?: string): string =>
	formatStatus(describeStatus(set, {verityEnforced, notDeployed}));

test('shows what runs, what comes next and what was before', () => {
	const set = sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1);
	assert.is(
		textOf(set),
		`    Staged image: registry.example.com/myos:latest
          Digest: sha256:${'a1'.repeat(32)} (amd64)
         Version: 13.1 (2026-03-01T10:00:00Z)
      Deployment: 3f2a9c1b4d5e.2
           State: not booted yet
       Next boot: this one
         Changes: none, it is the same image

●   Booted image: registry.example.com/myos:latest
          Digest: sha256:${'a1'.repeat(32)} (amd64)
         Version: 13.1 (2026-03-01T10:00:00Z)
      Deployment: 3f2a9c1b4d5e.1
       fs-verity: enforced

  Rollback image: registry.example.com/myos:latest
          Digest: sha256:${'a1'.repeat(32)} (amd64)
         Version: 13.1 (2026-03-01T10:00:00Z)
      Deployment: 3f2a9c1b4d5e.0
         Changes: none, it is the same image`,
	);
});

test('shows what a soft reboot will do for', () => {
	const set: DeploymentSet = {
		...sampleMachine([sampleEntry(2, fresh), sampleEntry(1), sampleEntry(0)], 1),
		starts: [0, 1, 2].map((serial) => ({
			deploymentId: `3f2a9c1b4d5e.${serial}`,
			kernel: 'slipway-k',
			commandLine: `composefs=00 slipway=3f2a9c1b4d5e.${serial}`,
		})),
	};
	const softReboot = {isKnown: true, preparedId: '3f2a9c1b4d5e.2'};
	const running = {verityEnforced: true, notDeployed: undefined, softReboot};
	assert.equal(formatStatus(describeStatus(set, running)).match(/.*(Soft|Deployment).*/g), [
		'      Deployment: 3f2a9c1b4d5e.2',
		'     Soft reboot: prepared',
		'      Deployment: 3f2a9c1b4d5e.1',
		'      Deployment: 3f2a9c1b4d5e.0',
		'     Soft reboot: possible',
	]);
});

test('warns loudly of what a person must mend, and says how', () => {
	const origin = {
		...sampleDeployment(0, {image: {image: 'localhost/myos:latest', transport: 'registry'}}).origin,
	};
	const {manifestDigest, imageVersion, imageTimestamp, ...known} = origin;
	const set = {
		deployments: [{id: '3f2a9c1b4d5e.0', origin: known}],
		entries: [sampleEntry(0, {left: 2, done: 1})],
		bootedId: '3f2a9c1b4d5e.0',
	};
	assert.is(
		textOf(set, false),
		`●   Booted image: localhost/myos:latest
      Deployment: 3f2a9c1b4d5e.0
           State: not yet known to be good, attempts left: 2
       fs-verity: not enforced

! Warning: localhost/myos:latest is on this host alone: no update can come from
  there.
  Push the image to a registry that the machine reaches, and install again with
  --target-image REGISTRY/myos:latest.

! Warning: fs-verity is not enforced: damaged or changed system files go
  unnoticed.
  Install on ext4 or btrfs, which have fs-verity; until then slipway verify
  finds such files.`,
	);
});

test('shows a queued rollback, and others with what is wrong with them', () => {
	const archive = sampleDeployment(3, {
		image: {image: '/srv/myos.tar', transport: 'oci-archive'},
		pinned: true,
	});
	const set: DeploymentSet = {
		deployments: [
			{
				id: '3f2a9c1b4d5e.0',
				origin: undefined,
				problem: 'origin.json is not JSON',
				unfinished: false,
			},
			sampleDeployment(1),
			sampleDeployment(2),
			archive,
		],
		entries: [sampleEntry(1, undefined, 9), sampleEntry(2), sampleEntry(3, failed)],
		bootedId: '3f2a9c1b4d5e.2',
	};
	assert.is(
		textOf(set).split('\n\n').slice(1).join('\n\n'),
		`  Rollback image: registry.example.com/myos:latest
          Digest: sha256:${'a1'.repeat(32)} (amd64)
         Version: 13.1 (2026-03-01T10:00:00Z)
      Deployment: 3f2a9c1b4d5e.1
       Next boot: this one
         Changes: none, it is the same image

     Other image: oci-archive:/srv/myos.tar
          Digest: sha256:${'a1'.repeat(32)} (amd64)
         Version: 13.1 (2026-03-01T10:00:00Z)
      Deployment: 3f2a9c1b4d5e.3 (pinned)
           State: failed, attempts made: 3

     Other image: cannot be read
      Deployment: 3f2a9c1b4d5e.0
           State: has no loader entry
         Problem: origin.json is not JSON`,
	);
});

test('says why this deployment runs, and what was wrong with others', () => {
	const set = sampleMachine([sampleEntry(2, failed), sampleEntry(1)], 1);
	const health = new Map<string, HealthRecord>([
		[
			'3f2a9c1b4d5e.2',
			{
				version: 1,
				time: '2026-03-02T08:30:00.000Z',
				verdict: 'incomplete',
				checks: [],
				failedUnits: ['web.service'],
			},
		],
	]);
	const from = [
		{id: '3f2a9c1b4d5e.2', attempts: 3, reason: 'web.service failed'},
		{id: '3f2a9c1b4d5e.3', attempts: 3, reason: null},
	];
	const text = (reason: BootReason): string =>
		formatStatus(
			describeStatus(
				set,
				{verityEnforced: true, notDeployed: undefined},
				{history: {reason, health}, changes: new Map()},
			),
		);
	const shown = text({kind: 'fell-back', from}).split('\n');
	assert.equal(shown.slice(4, 7), [
		'       fs-verity: enforced',
		'    Runs because: 3f2a9c1b4d5e.2 failed 3 boots: web.service failed',
		'             and: 3f2a9c1b4d5e.3 failed 3 boots: the cause was not recorded (a panic, a hang, a power cut)',
	]);
	assert.equal(shown.slice(-2), [
		'           State: failed, attempts made: 3',
		'       Last boot: web.service failed (2026-03-02T08:30:00.000Z)',
	]);
	const lines = (reason: BootReason): string[] =>
		text(reason)
			.split('\n')
			.filter((line) => /^ +(Runs because|for): /.test(line))
			.map((line) => line.trim());
	assert.equal(lines({kind: 'newest'}), ['Runs because: it is the newest']);
	assert.equal(lines({kind: 'rolled-back'}), ['Runs because: it was put first by a rollback']);
	assert.equal(lines({kind: 'picked', instead: '3f2a9c1b4d5e.2'}), [
		'Runs because: it was picked in the boot menu, instead of 3f2a9c1b4d5e.2',
	]);
	assert.equal(lines({kind: 'last-resort', from: from.slice(0, 1)}), [
		'Runs because: no other can be booted',
		'for: 3f2a9c1b4d5e.2 failed 3 boots: web.service failed',
	]);
});

test('says so where nothing is deployed', () => {
	const nothing = {deployments: [], entries: undefined, bootedId: undefined};
	assert.is(
		textOf(nothing, false, 'a container'),
		'This is a container, not a machine that slipway installed.',
	);
});

test('says how the root is encrypted, as far as that is known', () => {
	const rowOf = (rootEncryption: RootEncryption | undefined) => {
		const running = {verityEnforced: true, notDeployed: undefined, rootEncryption};
		const text = formatStatus(describeStatus(sampleMachine([sampleEntry(0)], 0), running));
		return /^ +Root: .*$/m.exec(text)?.[0];
	};
	assert.is(rowOf(undefined), undefined);
	assert.is(rowOf({type: 'luks2', unlockedBy: null}), '            Root: encrypted (LUKS2)');
	assert.is(
		rowOf({
			type: 'luks2',
			unlockedBy: [{kind: 'tpm2', pcrs: [7], pin: false}, {kind: 'recovery-key'}],
		}),
		'            Root: encrypted (LUKS2), unlocked by TPM2 (PCR 7) or recovery key',
	);
});

test.run();
