/** A machine that follows its image from one version to the next, and back; the tests follow it in order. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {StatusDocument} from '../../engine/deployment/status.ts';
import {exitStatus} from '../../engine/errors.ts';
import {type DerivedImage, deriveImage} from '../setup/derived-image.ts';
import {type Registry, startRegistry} from '../setup/registry.ts';
import {InstalledDisk} from './installed-disk.ts';
import {Machine} from './machine.ts';
import {hostInGuest} from './qemu-command.ts';
import {whyNoMachines} from './requirements.ts';

const test = suite('a machine that is updated');
const problem = await whyNoMachines();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

let registry: Registry;
let disk: InstalledDisk;
let machine: Machine;
let v2: DerivedImage;
/** IDs of the deployments of both versions. */
let first: string;
let second: string;

test.after(async () => {
	await machine?.[Symbol.asyncDispose]();
	disk?.[Symbol.dispose]();
	await registry?.[Symbol.asyncDispose]();
});

async function status(): Promise<StatusDocument['status']> {
	const document: StatusDocument = JSON.parse(await machine.ok('slipway status --json'));
	return document.status;
}

async function expectRunning(version: string): Promise<void> {
	const {output} = await machine.run(
		'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
	);
	assert.is(output, 'running\n');
	assert.is((await status()).booted?.image?.version, version);
}

check('is told that there is an update, and nothing changes', async () => {
	registry = await startRegistry();
	const reference = `${hostInGuest}:${registry.port}/myos:latest`;
	const v1 = await deriveImage('v1', '1', [
		'for name in changed removed hidden; do echo v1 > /etc/test-$name; done',
	]);
	v2 = await deriveImage('v2', '2', [
		'for name in changed new hidden; do echo v2 > /etc/test-$name; done',
		'useradd --system newdaemon',
		`echo 'kargs = ["slipway.test=2"]' > /usr/lib/slipway/kargs.d/50-test.toml`,
	]);
	// What is due is done by hand here, and not when the updater's time comes.
	const byHand = ['--karg', 'systemd.mask=slipway-update.timer'];
	const args = ['--target-image', reference, ...byHand];
	disk = await InstalledDisk.make({args, image: v1.name});
	await registry.push(v2.name, 'myos:latest', 'zstd');
	machine = await Machine.start({disk: disk.file});
	await expectRunning('1');
	first = (await status()).booted?.deployment.id ?? '';
	await machine.ok(`mkdir -p /etc/containers/registries.conf.d
		printf '[[registry]]\\nlocation = "%s"\\ninsecure = true\\n' ${hostInGuest}:${registry.port} \\
			> /etc/containers/registries.conf.d/test.conf`);
	const {status: found, output} = await machine.run('slipway upgrade --check');
	assert.is(found, 100, output);
	assert.match(output, `there is an update: ${reference}`);
});

check('stages it while everything goes on', async () => {
	await machine.ok('useradd --create-home ada; runuser -u ada -- sh -c "echo hers > ~/note"');
	await machine.ok(
		'echo mine > /etc/test-mine; echo local > /etc/test-hidden; echo kept > /var/note',
	);
	const outcome = JSON.parse(await machine.ok('slipway upgrade --quiet --json', 900_000));
	assert.is(outcome.kind, 'staged');
	second = outcome.deployment;
	const {booted, staged} = await status();
	assert.is(booted?.deployment.id, first);
	assert.is(staged?.deployment.id, second);
});

check('runs the new version after a reboot, with what is its own', async () => {
	await machine.reboot();
	await expectRunning('2');
	const {booted, rollback} = await status();
	assert.equal([booted?.deployment.id, rollback?.deployment.id], [second, first]);
	const files = ['changed', 'new', 'hidden', 'mine'].map((name) => `/etc/test-${name}`);
	assert.is(
		await machine.ok(`cat ${files.join(' ')} /var/note ~ada/note`),
		['v2', 'v2', 'local', 'mine', 'kept', 'hers'].join('\n'),
	);
	assert.is((await machine.run('test -e /etc/test-removed')).status, 1);
	assert.match(await machine.ok('id ada; id newdaemon'), 'newdaemon');
	assert.match(await machine.ok('cat /proc/cmdline'), 'slipway.test=2');
	assert.match(await machine.ok('slipway diff'), /^MH\s+\/?(etc\/)?test-hidden$/m);
});

check('has nothing to do when there is nothing new', async () => {
	const {status: nothing, output} = await machine.run('slipway upgrade');
	assert.is(nothing, 77, output);
	assert.match(output, /^nothing new: /m);
});

check('goes back, to the /etc of then, and forth again', async () => {
	await machine.ok('echo later > /etc/test-later');
	await machine.ok('slipway rollback');
	await machine.reboot();
	await expectRunning('1');
	assert.is(
		await machine.ok('cat /etc/test-changed /etc/test-removed /etc/test-mine'),
		'v1\nv1\nmine',
	);
	assert.is((await machine.run('test -e /etc/test-later')).status, 1);
	assert.not.match(await machine.ok('cat /proc/cmdline'), 'slipway.test=2');

	await machine.ok(`slipway rollback ${second}`);
	await machine.reboot();
	await expectRunning('2');
	assert.is(await machine.ok('cat /etc/test-later'), 'later');
});

check(
	'comes back by itself from a version that does not get well, and leaves it alone',
	async () => {
		const check = '/usr/lib/slipway/health.d/10-test';
		const v3 = await deriveImage('v3', '3', [
			`mkdir -p $(dirname ${check})`,
			`printf '#!/bin/sh\\necho no answer\\nexit 1\\n' > ${check}`,
			`chmod 755 ${check}`,
		]);
		await registry.push(v3.name, 'myos:latest', 'zstd');
		const outcome = JSON.parse(await machine.ok('slipway upgrade --quiet --json'));
		assert.is(outcome.kind, 'staged');
		await machine.ok('echo kept > /etc/test-kept');
		// Three attempts, and the one that follows.
		await machine.reboot(4);
		await expectRunning('2');
		assert.is(await machine.ok('cat /etc/test-kept'), 'kept');
		const {bootReason, otherDeployments} = await status();
		assert.is(bootReason?.kind, 'fell-back');
		assert.match(JSON.stringify(bootReason), 'health check 10-test failed');
		assert.match(await machine.ok('cat /run/motd.d/slipway'), outcome.deployment);
		assert.equal(
			otherDeployments.map(({deployment}) => [deployment.id, deployment.health]),
			[[outcome.deployment, 'failed']],
		);
		const again = await machine.run('slipway upgrade');
		assert.is(again.status, exitStatus.refused, again.output);
		assert.match(again.output, 'has failed on this machine before');
	},
);

check('takes the version after that', async () => {
	const v7 = await deriveImage('v7', '7', ['true']);
	await registry.push(v7.name, 'myos:latest', 'zstd');
	const outcome = JSON.parse(await machine.ok('slipway upgrade --quiet --json'));
	assert.equal([outcome.kind, outcome.image.imageVersion ?? null], ['staged', null]);
	assert.is((await status()).staged?.image?.version, '7');
});

test.run();
