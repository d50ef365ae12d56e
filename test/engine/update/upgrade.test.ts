/** A machine in a folder that follows an OCI layout in another: every file is real, and nothing is mounted. */
import {
	appendFileSync,
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {recordBootState} from '../../../engine/boot/boot-state.ts';
import {readMachine} from '../../../engine/deployment/change-machine.ts';
import {collectMachine} from '../../../engine/deployment/collect-machine.ts';
import type {ImageReference} from '../../../engine/deployment/origin.ts';
import {readStatus} from '../../../engine/deployment/read-status.ts';
import {readPreparedSoftReboot} from '../../../engine/deployment/soft-reboot-file.ts';
import {deploymentStates} from '../../../engine/deployment/states.ts';
import {rollback} from '../../../engine/deployment/transitions.ts';
import {EngineError} from '../../../engine/errors.ts';
import {readCachedUpdate} from '../../../engine/update/cached-update.ts';
import {
	emptyQuarantine,
	quarantineImage,
	writeQuarantine,
} from '../../../engine/update/quarantine.ts';
import {type UpgradeOptions, upgradeMachine} from '../../../engine/update/upgrade.ts';
import {type MadeMachine, writeFile} from '../deployment/made-machine.ts';
import {sampleDeployment} from '../deployment/samples.ts';
import {makeCpio} from '../lint/cpio.ts';
import {followedMachine} from './followed-machine.ts';
import {publish} from './published-image.ts';

interface Context {
	folder: string;
	reference: ImageReference;
	machine: MadeMachine;
}

const test = suite<Context>('upgrade');
test.before.each(async (context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'slipway-upgrade-'));
	context.reference = {image: path.join(context.folder, 'layout'), transport: 'oci'};
	publish(context.reference.image, {version: '1'});
	context.machine = await followedMachine(context.reference.image);
});
test.after.each(({folder, machine}) => {
	machine[Symbol.dispose]();
	rmSync(folder, {recursive: true});
});

async function upgrade({machine}: Context, options: Partial<UpgradeOptions> = {}) {
	const places = {root: machine.root, environment: {}, includesHome: false};
	const all = {name: 'slipway upgrade', until: 'staged', places, ...options} as const;
	return upgradeMachine(machine.system, all, machine.root);
}

async function failure(work: Promise<unknown>): Promise<EngineError> {
	const thrown = await work.then(
		() => new Error('worked'),
		(error: unknown) => error,
	);
	if (thrown instanceof EngineError) return thrown;
	throw thrown;
}

/** Versions of what is booted, staged and kept to go back to. */
async function parts({machine}: Context) {
	const {set} = await readMachine(machine.system, machine.root);
	const {booted, staged, rollback: previous} = deploymentStates(set);
	return [booted, staged, previous].map((one) => one?.origin?.imageVersion);
}

const places = (machine: MadeMachine, folder: string) =>
	readdirSync(path.join(machine.root, 'sysroot', folder));

test('stages what is new, with all that it needs, and lets the boot loader try it', async (context) => {
	const outcome = await upgrade(context);
	assert.is(outcome.kind, 'staged');
	assert.equal(await parts(context), ['0', '1', undefined]);
	const {set, bootLoader} = await readMachine(context.machine.system, context.machine.root);
	const {staged} = deploymentStates(set);
	assert.equal((await bootLoader.list()).entries[0], {
		deploymentId: staged?.id ?? '',
		title: `My OS (${staged?.id})`,
		sequence: 2,
		tries: {left: 3, done: 0},
	});
	assert.is(staged?.origin?.layers?.length, 2);
	assert.is(places(context.machine, 'composefs/layers').length, 2);
	const digest = staged?.origin?.imageVerity.digest ?? '';
	assert.ok(places(context.machine, 'composefs/images').includes(digest));
});

test('says whether there is something new, and changes nothing', async (context) => {
	const outcome = await upgrade(context, {until: 'checked'});
	assert.is(outcome.kind, 'available');
	assert.equal(await parts(context), ['0', undefined, undefined]);
	assert.equal(places(context.machine, 'composefs/objects'), []);
	const {content} = await readCachedUpdate(path.join(context.machine.root, 'sysroot'));
	assert.is(content?.image?.digest, outcome.image.digest);
});

test('brings nothing twice: not what is staged, nor layers that it knows', async (context) => {
	await upgrade(context);
	assert.is((await upgrade(context)).kind, 'up-to-date');
	publish(context.reference.image, {version: '2'});
	const second = await upgrade(context);
	assert.ok(second.kind === 'staged');
	assert.equal([second.layersFetched, second.layersKnown], [1, 1]);
	assert.equal(await parts(context), ['0', '2', undefined]);
	assert.is(places(context.machine, 'composefs/images').length, 2);
});

/** Makes the machine one that knows soft reboots, and its running entry start this kernel. */
async function makeSoft({machine}: Context, id: string): Promise<void> {
	for (const name of ['systemd', 'slipway'])
		writeFile(path.join(machine.root, `usr/lib/systemd/system/${name}-soft-reboot.service`), '');
	const {starts = []} = await machine.bootLoader.list();
	const start = starts.find(({deploymentId}) => deploymentId === id);
	assert.ok(start);
	const file = path.join(machine.esp, 'loader/entries/slipway-3f2a9c1b4d5e.0.conf');
	const own = start.commandLine.replace(id, '3f2a9c1b4d5e.0');
	const text = readFileSync(file, 'utf8')
		.replaceAll('/slipway-k/', `/${start.kernel}/`)
		.replace(/^options .*$/m, `options ${own}`);
	writeFile(file, text);
}

test('prepares a soft reboot when it was asked for, for what was staged before too', async (context) => {
	const first = await upgrade(context, {softReboot: 'auto'});
	assert.ok(first.kind === 'staged');
	assert.equal(first.softReboot, {
		prepared: false,
		code: 'soft-reboot-unknown',
		reason: 'the systemd of this system knows no soft reboot (254 and later do)',
	});
	const {root} = context.machine;
	assert.is(await readPreparedSoftReboot(root), undefined);
	await makeSoft(context, first.deployment);
	const again = await upgrade(context, {softReboot: 'required'});
	assert.ok(again.kind === 'up-to-date');
	assert.equal(again.softReboot, {prepared: true});
	assert.is(await readPreparedSoftReboot(root), first.deployment);

	publish(context.reference.image, {version: '2'});
	await upgrade(context);
	assert.is(await readPreparedSoftReboot(root), undefined, 'not asked for');
	publish(context.reference.image, {version: '3'});
	const third = await upgrade(context, {softReboot: 'auto'});
	assert.ok(third.kind === 'staged');
	assert.equal(third.softReboot, {prepared: true});
	assert.is(await readPreparedSoftReboot(root), third.deployment);
});

test('stages nothing when a soft reboot is required and cannot be done', async (context) => {
	const unknown = await failure(upgrade(context, {softReboot: 'required'}));
	assert.equal([unknown.code, unknown.exitStatus], ['soft-reboot-unknown', 3]);
	assert.equal(places(context.machine, 'composefs/objects'), [], 'seen before anything is brought');
	for (const name of ['systemd', 'slipway'])
		writeFile(
			path.join(context.machine.root, `usr/lib/systemd/system/${name}-soft-reboot.service`),
			'',
		);
	const {code, message, hint} = await failure(upgrade(context, {softReboot: 'required'}));
	assert.is(code, 'other-kernel');
	assert.match(
		message,
		/^a soft reboot cannot be done: deployment \S+ has another kernel or initramfs$/,
	);
	assert.match(hint ?? '', '--soft-reboot=auto');
	assert.equal(await parts(context), ['0', undefined, undefined]);
});

test('leaves what boots next alone when it only downloads', async (context) => {
	assert.is((await upgrade(context, {until: 'downloaded'})).kind, 'downloaded');
	assert.equal(await parts(context), ['0', undefined, undefined]);
	const later = await upgrade(context);
	assert.ok(later.kind === 'staged');
	assert.is(later.bytesFetched, 0);
});

test('keeps what it only downloaded from garbage collection until something is staged', async (context) => {
	const {machine, reference} = context;
	const collected = async () => {
		const garbage = await collectMachine(machine.system, {name: 'slipway gc'}, machine.root);
		return [garbage.layers.length, garbage.objects.length];
	};
	const name = `${'x'.repeat(100)} of version `;
	publish(reference.image, {version: '1', files: [['usr/share/name', `${name}1`]]});
	await upgrade(context, {until: 'downloaded'});
	assert.equal(await collected(), [0, 0]);
	assert.is(places(machine, 'composefs/layers').length, 2);
	publish(reference.image, {version: '2', files: [['usr/share/name', `${name}2`]]});
	const outcome = await upgrade(context);
	assert.ok(outcome.kind === 'staged');
	assert.is(outcome.layersKnown, 1);
	assert.is(places(machine, 'composefs/layers').length, 2);
	assert.not.ok(places(machine, 'state').includes('downloaded.json'));
	assert.equal(await collected(), [0, 0]);
});

test('takes back what is staged when the reference leads to the booted image again', async (context) => {
	const first = await upgrade(context);
	assert.ok(first.kind === 'staged');
	await boot(context, first.deployment);
	publish(context.reference.image, {version: '2'});
	const second = await upgrade(context);
	assert.ok(second.kind === 'staged');
	publish(context.reference.image, {version: '1'});
	const back = await upgrade(context);
	assert.ok(back.kind === 'up-to-date');
	assert.equal([back.deployment, back.unstaged], [first.deployment, second.deployment]);
	assert.equal(await parts(context), ['1', undefined, '0']);
});

test('deploys an image anew that the machine has gone back from', async (context) => {
	const first = await upgrade(context);
	assert.ok(first.kind === 'staged');
	await boot(context, first.deployment);
	publish(context.reference.image, {version: '2'});
	const second = await upgrade(context);
	assert.ok(second.kind === 'staged');
	await boot(context, second.deployment);
	publish(context.reference.image, {version: '1'});
	const third = await upgrade(context);
	assert.ok(third.kind === 'staged');
	assert.is.not(third.deployment, first.deployment);
	assert.is(third.bytesFetched, 0);
	assert.equal(await parts(context), ['2', '1', '1']);
});

test('drops what is staged for a rollback', async (context) => {
	await upgrade(context);
	const {machine} = context;
	const {set} = await readMachine(machine.system, machine.root);
	const {after} = rollback(set, '3f2a9c1b4d5e.0');
	assert.is(deploymentStates(after).staged, undefined);
});

test('follows another image from then on, staged or not', async (context) => {
	await upgrade(context);
	const other = {image: path.join(context.folder, 'other'), transport: 'oci'} as const;
	publish(other.image, {version: 'other'});
	const outcome = await upgrade(context, {switchTo: other});
	assert.is(outcome.kind, 'staged');
	assert.equal(await parts(context), ['0', 'other', undefined]);
	assert.equal((await upgrade(context)).reference, other);
});

test('only writes down the name when it leads to the same image', async (context) => {
	const first = await upgrade(context);
	assert.ok(first.kind === 'staged');
	const other = {image: `${context.folder}/./layout`, transport: 'oci'} as const;
	const outcome = await upgrade(context, {switchTo: other});
	assert.ok(outcome.kind === 'up-to-date');
	assert.is(outcome.deployment, first.deployment);
	assert.equal((await upgrade(context)).reference, other);
});

test('refuses an image that failed here, until somebody insists', async (context) => {
	const {machine} = context;
	const found = (await upgrade(context, {until: 'checked'})).image;
	const failed = sampleDeployment(1, {manifestDigest: found.manifestDigest});
	const physicalRoot = path.join(machine.root, 'sysroot');
	const quarantine = quarantineImage(emptyQuarantine, failed, 'boot-failed', new Date());
	await writeQuarantine(physicalRoot, quarantine);
	assert.is((await failure(upgrade(context))).code, 'quarantined');
	assert.is((await upgrade(context, {evenIfFailed: true})).kind, 'staged');
});

test('refuses an image that would not find its root, before anything boots it', async (context) => {
	publish(context.reference.image, {version: '1', initramfs: makeCpio({init: 'x'.repeat(100)})});
	assert.is((await failure(upgrade(context))).code, 'no-boot-support');
	assert.equal(await parts(context), ['0', undefined, undefined]);
});

test('asks the policy before anything of the image is read', async (context) => {
	const {machine, reference} = context;
	writeFile(
		path.join(machine.root, 'etc/containers/policy.json'),
		'{"default": [{"type": "reject"}]}',
	);
	rmSync(path.join(reference.image, 'blobs'), {recursive: true});
	assert.is((await failure(upgrade(context))).code, 'policy-rejects');
});

test('remembers a failed check, and leaves all as it was', async (context) => {
	const {machine, reference} = context;
	rmSync(reference.image, {recursive: true});
	mkdirSync(reference.image);
	const error = await failure(upgrade(context));
	assert.is(error.code, 'no-such-image');
	const {content} = await readCachedUpdate(path.join(machine.root, 'sysroot'));
	assert.is(content?.lastError?.code, 'no-such-image');
	assert.equal(await parts(context), ['0', undefined, undefined]);
});

test('forgets nothing of what it follows over another image that it only asks for, or does not get', async (context) => {
	const found = (await upgrade(context, {until: 'checked'})).image;
	const other = {image: path.join(context.folder, 'other'), transport: 'oci'} as const;
	mkdirSync(other.image);
	assert.is((await failure(upgrade(context, {switchTo: other}))).code, 'no-such-image');
	publish(other.image, {version: 'other'});
	await upgrade(context, {switchTo: other, until: 'checked'});
	const {content} = await readCachedUpdate(path.join(context.machine.root, 'sysroot'));
	assert.equal([content?.reference, content?.image?.digest], [context.reference, found.digest]);
});

test('brings what a check found, and not what the name leads to by now', async (context) => {
	const {reference} = context;
	const {digest} = (await upgrade(context, {until: 'checked'})).image;
	publish(reference.image, {version: '2'});
	const moved = await failure(upgrade(context, {found: {reference, digest}}));
	assert.is(moved.code, 'image-moved');
	const other = {image: path.join(context.folder, 'other'), transport: 'oci'} as const;
	const changed = await failure(upgrade(context, {found: {reference: other, digest}}));
	assert.is(changed.code, 'reference-changed');
	assert.equal(await parts(context), ['0', undefined, undefined]);
	publish(reference.image, {version: '1'});
	assert.is((await upgrade(context, {found: {reference, digest}})).kind, 'staged');
});

const hosts = (line: string): string => `127.0.0.1 localhost\n# ${line.repeat(60)}\n`;
const dpkg = (version: string): string =>
	`Package: base\nStatus: install ok installed\nVersion: ${version}\n\nPackage: p${version}\nStatus: install ok installed\nVersion: 7\n`;

test('tells what an update changes and which new defaults are hidden, status too', async (context) => {
	const {machine, reference} = context;
	const version = (one: string, etc: string) =>
		publish(reference.image, {
			version: one,
			files: [
				['var/lib/dpkg/status', dpkg(one)],
				['etc/motd', hosts(etc)],
				['etc/issue', 'never touched here'],
			],
		});
	version('1', 'a');
	const first = await upgrade(context);
	assert.ok(first.kind === 'staged');
	assert.is(first.changes?.packages, null);
	assert.ok((first.changes?.size?.to ?? 0) > (first.changes?.size?.from ?? 0));
	await boot(context, first.deployment);
	const upper = path.join(machine.root, `sysroot/state/deploy/${first.deployment}/etc/upper`);
	rmSync(path.join(upper, '../from'));
	writeFile(path.join(upper, 'motd'), 'local');
	version('2', 'b');
	const second = await upgrade(context);
	assert.ok(second.kind === 'staged');
	assert.equal(second.hiddenDefaults, ['/etc/motd']);
	const {size, ...changes} = second.changes ?? {size: null};
	assert.equal(changes, {
		from: first.deployment,
		isSameImage: false,
		version: {from: '1', to: '2'},
		kernelVersion: {from: '6.12', to: '6.12'},
		packages: {
			added: [{name: 'p2', version: '7'}],
			removed: [{name: 'p1', version: '7'}],
			upgraded: [{name: 'base', from: '1', to: '2'}],
			downgraded: [],
		},
	});
	await recordBootState(machine.bootLoader, path.join(machine.root, 'run/slipway/boot.json'));
	const {status} = await readStatus(machine.root);
	assert.equal(status.staged?.deployment.changes, second.changes);
	assert.is(status.booted?.deployment.changes, null);
	assert.ok(size);
});

test('stages nevertheless when what runs is too damaged to be compared with', async (context) => {
	const {machine} = context;
	const warnings: string[] = [];
	const {set} = await readMachine(machine.system, machine.root);
	const digest = set.deployments[0]?.origin?.imageVerity.digest ?? '';
	const image = path.join(machine.root, 'sysroot/composefs/images', digest);
	chmodSync(image, 0o644);
	appendFileSync(image, 'damage');
	const outcome = await upgrade(context, {
		progress: (event) => {
			if (event.type === 'warning') warnings.push(event.message.replaceAll(digest, 'DIGEST'));
		},
	});
	assert.ok(outcome.kind === 'staged');
	assert.is(outcome.changes, null);
	assert.match(warnings[0] ?? '', /^it is not known what changes: image DIGEST is damaged/);
});

/** As if the machine had booted it, and all was well. */
async function boot({machine}: Context, id: string): Promise<void> {
	await machine.bootLoader.bless(id);
	const {set} = await readMachine(machine.system, machine.root);
	const digest = set.deployments.find((one) => one.id === id)?.origin?.imageVerity.digest;
	writeFile(
		path.join(machine.root, 'proc/cmdline'),
		`root=UUID=6d1a-22 rw composefs=${digest} slipway=${id}\n`,
	);
}

test.run();
