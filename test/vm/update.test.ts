/** A machine that follows its image from one version to the next, and back; the tests follow it in order. */
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {exitStatus} from '../../engine/errors.ts';
import {FollowedImage} from './followed-image.ts';
import type {Machine} from './machine.ts';
import {beyondQuota, runsAll, whyNoMachines} from './requirements.ts';

const test = suite('a machine that is updated');
const problem = await whyNoMachines();
if (problem !== undefined) console.log(`skipped: ${problem}`);
else if (!runsAll) console.log(`skipped: ${beyondQuota}`);
const check = problem === undefined ? test : test.skip;

/** The key, as terminals send it. */
const down = '\x1b[B';

let followed: FollowedImage;
let machine: Machine;
/** IDs of the deployments of both versions. */
let first: string;
let second: string;

test.after(() => followed?.[Symbol.asyncDispose]());

check('is told that there is an update, and nothing changes', async () => {
	followed = await FollowedImage.start([
		'for name in changed removed hidden; do echo v1 > /etc/test-$name; done',
	]);
	machine = followed.machine;
	await followed.publish('2', [
		'for name in changed new hidden; do echo v2 > /etc/test-$name; done',
		'useradd --system newdaemon',
		`echo 'kargs = ["slipway.test=2"]' > /usr/lib/slipway/kargs.d/50-test.toml`,
	]);
	first = (await followed.status()).booted?.deployment.id ?? '';
	const {status: found, output} = await machine.run('slipway upgrade --check');
	assert.is(found, 100, output);
	assert.match(output, `there is an update: ${followed.reference}`);
});

check('stages it while everything goes on', async () => {
	await machine.ok('useradd --create-home ada; runuser -u ada -- sh -c "echo hers > ~/note"');
	await machine.ok(
		'echo mine > /etc/test-mine; echo local > /etc/test-hidden; echo kept > /var/note',
	);
	second = await followed.stage();
	const {booted, staged} = await followed.status();
	assert.is(booted?.deployment.id, first);
	assert.is(staged?.deployment.id, second);
});

check('runs the new version after a reboot, with what is its own', async () => {
	await machine.reboot();
	await followed.expectRunning('2');
	const {booted, rollback} = await followed.status();
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
	await machine.ok('echo later > /etc/test-later');
});

(runsAll ? check : test.skip)(
	'runs the version before when it is picked in the boot menu',
	async () => {
		// The newest is chosen; below it is the one before.
		await machine.rebootByMenu(`${down}\r`);
		await followed.expectRunning('1');
		assert.equal((await followed.status()).bootReason, {kind: 'picked', instead: second});
	},
);

check('goes back, to the /etc of then', async () => {
	// After a pick in the menu as well: without it, the next boot would be the newest again.
	await machine.ok(`slipway rollback ${first}`);
	await machine.reboot();
	await followed.expectRunning('1');
	assert.is((await followed.status()).bootReason?.kind, 'rolled-back');
	assert.is(
		await machine.ok('cat /etc/test-changed /etc/test-removed /etc/test-mine'),
		'v1\nv1\nmine',
	);
	assert.is((await machine.run('test -e /etc/test-later')).status, 1);
	assert.not.match(await machine.ok('cat /proc/cmdline'), 'slipway.test=2');
});

(runsAll ? check : test.skip)('goes forth again', async () => {
	await machine.ok(`slipway rollback ${second}`);
	await machine.reboot();
	await followed.expectRunning('2');
	assert.is(await machine.ok('cat /etc/test-later'), 'later');
});

check(
	'comes back by itself from a version that does not get well, and leaves it alone',
	async () => {
		const check = '/usr/lib/slipway/health.d/10-test';
		await followed.publish('3', [
			`mkdir -p $(dirname ${check})`,
			`printf '#!/bin/sh\\necho no answer\\nexit 1\\n' > ${check}`,
			`chmod 755 ${check}`,
		]);
		const third = await followed.stage();
		await machine.ok('echo kept > /etc/test-kept');
		if (!runsAll) await followed.leaveOneAttempt(third);
		const started = Date.now();
		// The attempts, and the boot that follows.
		await machine.reboot(runsAll ? 4 : 2);
		await followed.expectRunning(runsAll ? '2' : '1');
		const seconds = (Date.now() - started) / 1000;
		console.log(
			`back after ${runsAll ? 'three attempts' : 'one attempt'} and ${seconds.toFixed(0)} s`,
		);
		assert.is(await machine.ok('cat /etc/test-kept'), 'kept');
		const {bootReason, otherDeployments} = await followed.status();
		assert.is(bootReason?.kind, 'fell-back');
		assert.match(JSON.stringify(bootReason), 'health check 10-test failed');
		assert.match(await machine.ok('cat /run/motd.d/slipway'), third);
		assert.equal(
			otherDeployments.map(({deployment}) => [deployment.id, deployment.health]),
			[[third, 'failed']],
		);
		const again = await machine.run('slipway upgrade');
		assert.is(again.status, exitStatus.refused, again.output);
		assert.match(again.output, 'has failed on this machine before');
	},
);

(runsAll ? check : test.skip)('takes the version after that', async () => {
	await followed.publish('7', ['true']);
	await followed.stage();
	assert.is((await followed.status()).staged?.image?.version, '7');
});

test.run();
