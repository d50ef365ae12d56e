import {existsSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../../engine/errors.ts';
import {readCachedUpdate} from '../../../engine/update/cached-update.ts';
import {rollbackMachine} from '../../../engine/update/rollback-machine.ts';
import {readMachineStatus} from '../../../engine/update/update-status.ts';
import {upgradeMachine} from '../../../engine/update/upgrade.ts';
import {makeCpio} from '../lint/cpio.ts';
import {Blobs, type RawDescriptor} from '../oci/image-builder.ts';
import {startRegistry} from '../oci/registry/fake-registry.ts';
import {type Handler, semaphore, startServer} from './fleetlock-server.ts';
import {addVersion} from './published-image.ts';
import {minuteMs, UpdatingMachine} from './updating-machine.ts';

const test = suite<{one: UpdatingMachine}>('updater');

const first = '3f2a9c1b4d5e.0';
const unbootable = makeCpio({init: 'x'.repeat(100)});
const noon = new Date('2026-03-02T12:00:00Z');

test.before.each(async (context) => {
	context.one = await UpdatingMachine.make();
});
test.after.each(({one}) => one[Symbol.dispose]());

/** Lines without the digests and IDs, which are those of the test's images. */
function plain(lines: readonly string[]): string[] {
	return lines.map((line) =>
		line
			.replaceAll(/sha256:[0-9a-f]+/g, 'DIGEST')
			.replaceAll(/[0-9a-f]{12}\.\d+/g, (id) => (id === first ? id : 'NEW'))
			.replaceAll(/\d+ bytes/g, 'N bytes')
			.replaceAll(/\/\S*\/layout/g, 'LAYOUT'),
	);
}

const found = 'check done: oci:LAYOUT leads to DIGEST, which is new';
const staged = 'stage done: DIGEST is staged as deployment NEW, N bytes were fetched';
const rebooting = 'apply done: rebooting into deployment NEW';

async function stagedId({root}: UpdatingMachine): Promise<string> {
	return (await readMachineStatus(root)).status.staged?.deployment.id ?? '';
}

async function failure(work: Promise<unknown>): Promise<EngineError> {
	const thrown = await work.then(
		() => new Error('worked'),
		(error: unknown) => error,
	);
	if (thrown instanceof EngineError) return thrown;
	throw thrown;
}

test('looks, stages and reboots in one pass, when all is well and a window is open', async ({
	one,
}) => {
	const {lines, outcome} = await one.pass();
	assert.equal(plain(lines), [found, staged, rebooting]);
	const id = await stagedId(one);
	assert.equal(outcome, {kind: 'rebooting', deployment: id});
	assert.equal(one.systemctl, ['--no-block start slipway-reboot-required.target', 'reboot']);
	assert.is((await one.state()).applying, id);
});

test('is done when the new one has been found good, and tells hooks then and not before', async ({
	one,
}) => {
	for (const point of ['before-stage', 'after-stage', 'before-apply', 'after-apply'])
		one.hook(point);
	await one.pass();
	const id = await stagedId(one);
	assert.equal(await one.toldHooks(), [
		'before-stage',
		`after-stage ${id}`,
		`before-apply 1 ${id}`,
	]);
	await one.start(id);
	const trial = await one.pass();
	assert.is(trial.outcome.kind === 'waiting' && trial.outcome.decision.reason, 'unproven');
	assert.equal(await one.toldHooks(), []);
	await one.bless(id);
	for (const told of [[`after-apply 1 ${id} applied`], []]) {
		const {lines, outcome} = await one.pass();
		assert.is(outcome.kind === 'waiting' && outcome.decision.reason, 'up-to-date');
		assert.equal([lines, await one.toldHooks()], [[], told]);
	}
	assert.equal(await one.state(), {version: 1, settled: id, postponed: []});
});

test('stages outside of windows, tells everybody that a reboot is due, and waits', async ({
	one,
}) => {
	one.now = noon;
	const {lines, outcome} = await one.pass();
	assert.equal(plain(lines), [found, staged]);
	const id = await stagedId(one);
	assert.ok(outcome.kind === 'waiting');
	assert.is(outcome.decision.text, `deployment ${id} waits for a window at 2026-03-03T02:00:00Z`);
	assert.is(
		readFileSync(path.join(one.root, 'run/reboot-required'), 'utf8'),
		`slipway: a reboot leads to deployment ${id}\n`,
	);
	assert.equal(one.systemctl, ['--no-block start slipway-reboot-required.target']);
	const {update} = await readMachineStatus(one.root);
	assert.equal(
		{...update?.decision, text: ''},
		{
			act: 'wait',
			reason: 'window-closed',
			text: '',
			time: noon.toISOString(),
			again: outcome.decision.again?.toISOString(),
		},
	);
	assert.is(update?.cachedUpdate?.isDeployed, true);
});

test('takes back what is staged when the name leads to the running image again', async ({one}) => {
	one.now = noon;
	await one.pass();
	const id = await stagedId(one);
	await one.start(id);
	await one.bless(id);
	one.publish('2');
	one.later(6 * 60 * minuteMs);
	await one.pass();
	assert.equal(await one.parts(), ['1', '2', '0']);
	one.publish('1');
	one.later(6 * 60 * minuteMs);
	const {lines} = await one.pass();
	assert.match(lines[0] ?? '', /^check done: .*; took deployment \S+ back$/);
	assert.equal(await one.parts(), ['1', undefined, '0']);
	assert.equal(existsSync(path.join(one.root, 'run/reboot-required')), false);
	assert.is(one.systemctl.at(-1), '--no-block stop slipway-reboot-required.target');
});

test('brings the image that it decided about, by its digest, and goes on following the tag', async () => {
	const blobs = new Blobs();
	const tags: Record<string, RawDescriptor> = {latest: addVersion(blobs, {version: '1'})};
	const decided = tags.latest?.digest;
	const registry = await startRegistry({blobs, tags});
	const image = 'registry.example.com/ns/myos:latest';
	using one = await UpdatingMachine.make({image, transport: 'registry'});
	one.now = noon;
	one.write(
		'etc/containers/registries.conf',
		`[[registry]]\nlocation = "registry.example.com"\n[[registry.mirror]]\nlocation = "${registry.host}"\ninsecure = true\n`,
	);
	const moved = addVersion(blobs, {version: '2'});
	const {lines} = await one.pass({
		report: ({act}) => {
			if (act === 'check') tags.latest = moved;
		},
	});
	registry.close();
	assert.equal(lines, []);
	assert.equal(await one.parts(), ['0', '1', undefined]);
	const manifests = registry.paths().filter((line) => line.includes('/manifests/'));
	assert.is(manifests.at(-1), `GET /v2/ns/myos/manifests/${decided}`);
	const {spec} = await readMachineStatus(one.root);
	assert.equal(spec.image, {image, transport: 'registry'});
});

test('waits while a hook says no, and asks it again', async ({one}) => {
	one.hook('before-stage', 'echo no backup yet >&2; exit 1');
	const no = '/etc/slipway/hooks.d/before-stage/10-test ended with status 1: no backup yet';
	for (const expected of [[found, `stage postponed: ${no}`], [], [`stage postponed: ${no}`]]) {
		const {lines, outcome} = await one.pass();
		assert.equal(plain(lines), expected);
		assert.is(outcome.kind === 'waiting' && outcome.decision.reason, 'postponed');
		one.later(10 * minuteMs);
	}
	one.hook('before-stage');
	one.hook('after-stage', 'echo nobody listens >&2; exit 1');
	one.later(10 * minuteMs);
	assert.equal(plain((await one.pass()).lines), [
		'after-stage postponed: /etc/slipway/hooks.d/after-stage/10-test ended with status 1: nobody listens',
		staged,
		rebooting,
	]);
	assert.equal((await one.state()).postponed, []);
});

test('asks a FleetLock server before it reboots, and gives the right back when it runs well', async ({
	one,
}) => {
	const {asked, handler} = semaphore();
	let isTaken = true;
	const takenHandler: Handler = (request, response) =>
		isTaken
			? void response.writeHead(409).end('{"kind": "failed_lock", "value": "all slots are taken"}')
			: handler(request, response);
	await using server = await startServer(takenHandler);
	one.settings(`[fleetlock]\nurl = "${server.url}/api"\ngroup = "web"`);
	for (const point of ['before-apply', 'after-apply']) one.hook(point);
	const denied = await one.pass();
	const says = `${server.url}/api says failed_lock: all slots are taken`;
	assert.equal(plain(denied.lines), [found, staged, `apply postponed: ${says}`]);
	assert.ok(denied.outcome.kind === 'waiting');
	const id = await stagedId(one);
	assert.is(
		denied.outcome.decision.text,
		`deployment ${id} is staged and a window is open, but ${says}; tried again at 2026-03-02T03:15:00Z`,
	);
	assert.equal(await one.toldHooks(), []);
	assert.equal(one.systemctl.includes('reboot'), false);

	isTaken = false;
	one.later(16 * minuteMs);
	assert.equal(plain((await one.pass()).lines), [rebooting]);
	assert.equal(await one.toldHooks(), [`before-apply 1 ${id}`]);
	await one.start(id);
	await one.pass();
	await one.bless(id);
	isTaken = true;
	assert.equal((await one.pass()).lines, [`unlock postponed: ${says}`]);
	isTaken = false;
	const back = `unlock done: gave the right to reboot back to ${server.url}/api`;
	assert.equal((await one.pass()).lines, [back]);
	assert.equal((await one.pass()).lines, []);
	const client = {group: 'web', id: '4d2133d69d5cb63b0f93b9369e8458ef'};
	assert.equal(asked, [
		['POST', '/api/v1/pre-reboot', 'true', client],
		['POST', '/api/v1/steady-state', 'true', client],
	]);
});

test('has the right to reboot before hooks run, and gives it back when one says no', async ({
	one,
}) => {
	const {asked, handler} = semaphore();
	await using server = await startServer(handler);
	one.settings(`[fleetlock]\nurl = "${server.url}/api"`);
	const askedByThen: number[] = [];
	one.onHook = () => askedByThen.push(asked.length);
	one.hook('before-apply', 'echo still draining >&2; exit 1');
	one.hook('after-apply');
	const no = '/etc/slipway/hooks.d/before-apply/10-test ended with status 1: still draining';
	const {lines, outcome} = await one.pass();
	assert.equal(lines.slice(2), [
		`apply postponed: ${no}`,
		`unlock done: gave the right to reboot back to ${server.url}/api`,
	]);
	assert.is(outcome.kind === 'waiting' && outcome.decision.reason, 'postponed');
	const id = await stagedId(one);
	assert.equal(await one.toldHooks(), [
		`before-apply 1 ${id}`,
		`after-apply 0 ${first} not-applied`,
	]);
	assert.equal([askedByThen, asked.length], [[1, 1], 2]);
	assert.equal(one.systemctl.includes('reboot'), false);
	const {applying, rebootLock} = await one.state();
	assert.equal([applying, rebootLock], [undefined, undefined]);
});

test('tells hooks and server too when the machine has come back on what it ran before', async ({
	one,
}) => {
	const {asked, handler} = semaphore();
	await using server = await startServer(handler);
	one.settings(`[fleetlock]\nurl = "${server.url}/api"`);
	one.hook('after-apply');
	await one.pass();
	const id = await stagedId(one);
	await one.machine.bootLoader.remove([id]);
	await one.recordEntries();
	one.now = noon;
	await one.pass();
	assert.equal(await one.toldHooks(), [`after-apply 0 ${first} not-applied`]);
	assert.is(asked.length, 2);
	assert.equal(await one.state(), {version: 1, settled: first, postponed: []});
});

test('does not reboot when somebody has logged in while hooks ran', async ({one}) => {
	one.hook('before-apply');
	one.onHook = () => {
		one.isSomebodyLoggedIn = true;
	};
	const {lines, outcome} = await one.pass();
	assert.is(lines.at(-1), 'apply postponed: called off, for something came up meanwhile');
	assert.is(outcome.kind === 'waiting' && outcome.decision.text, 'logged in: alice');
	assert.equal(one.systemctl.includes('reboot'), false);
	assert.is((await one.state()).applying, undefined);
});

test('tries again when systemd does not reboot', async ({one}) => {
	one.rebootProblem = 'Operation inhibited by "backup"';
	assert.match(
		(await one.pass()).lines.at(-1) ?? '',
		/^apply postponed: systemctl reboot .*backup/,
	);
	assert.is((await one.state()).applying, undefined);
	one.rebootProblem = undefined;
	one.later(16 * minuteMs);
	assert.equal(plain((await one.pass()).lines), [rebooting]);
});

test('waits longer each time for an image that cannot be staged, and not for the next one', async ({
	one,
}) => {
	one.now = noon;
	one.publish('1', unbootable);
	const delays: number[] = [];
	for (let times = 0; times < 3; times++) {
		const {lines} = await one.pass();
		assert.match(lines.at(-1) ?? '', /^stage postponed: the image's initramfs lacks slipway's/);
		const [{until} = {until: ''}] = (await one.state()).postponed;
		delays.push((Date.parse(until) - one.now.getTime()) / minuteMs);
		one.now = new Date(until);
	}
	assert.equal(delays, [15, 30, 60]);
	assert.equal(await one.parts(), ['0', undefined, undefined]);
	one.publish('2');
	one.later(6 * 60 * minuteMs);
	assert.equal(plain((await one.pass()).lines), [found, staged]);
});

test('goes on with what it knows when nothing can be looked for, and tells why', async ({one}) => {
	one.now = noon;
	await one.pass();
	rmSync(one.layout, {recursive: true});
	one.now = new Date('2026-03-03T03:00:00Z');
	const {lines} = await one.pass();
	assert.match(lines[0] ?? '', /^check postponed: there is no /);
	assert.equal(plain(lines.slice(1)), [rebooting]);
	const {update} = await readMachineStatus(one.root);
	assert.is(update?.lastError?.code, 'no-such-image');
	const {content} = await readCachedUpdate(path.join(one.root, 'sysroot'));
	assert.is(content?.failures, 1);
});

test('tells a policy that says no as why a check failed', async ({one}) => {
	one.write('etc/containers/policy.json', '{"default": [{"type": "reject"}]}');
	assert.match((await one.pass()).lines.join(), /^check postponed: /);
	assert.is((await readMachineStatus(one.root)).update?.lastError?.code, 'policy-rejects');
	assert.equal((await one.pass()).lines, []);
});

test('leaves alone what somebody has gone back from, until somebody asks for it', async ({one}) => {
	one.now = noon;
	await one.pass();
	const id = await stagedId(one);
	await one.start(id);
	await one.bless(id);
	await rollbackMachine(one.system, {name: 'slipway rollback'}, undefined, one.root);
	const queued = await one.pass();
	assert.is(queued.outcome.kind === 'waiting' && queued.outcome.decision.reason, 'rollback-queued');
	await one.start(first);
	const {outcome} = await one.pass();
	assert.is(outcome.kind === 'waiting' && outcome.decision.reason, 'quarantined');
	const {quarantined = []} = (await readMachineStatus(one.root)).update ?? {};
	assert.equal(
		quarantined.map(({deployment, reason, version}) => [deployment, reason, version]),
		[[id, 'rolled-back', '1']],
	);
	const places = {root: one.root, environment: {}, includesHome: false};
	const upgrade = {name: 'slipway upgrade', places, until: 'staged'} as const;
	assert.is((await upgradeMachine(one.system, upgrade, one.root)).kind, 'staged');
	assert.equal((await readMachineStatus(one.root)).update?.quarantined, []);
});

test('does nothing with settings that are wrong, and says so in the status', async ({one}) => {
	one.settings('mode = "always"');
	const {code, message} = await failure(one.pass());
	assert.is(code, 'usage');
	const {update} = await readMachineStatus(one.root);
	assert.equal([update?.problems, update?.decision], [[message], null]);
});

test('does nothing when it is switched off', async ({one}) => {
	one.settings('mode = "off"');
	const {lines, outcome} = await one.pass();
	assert.equal([lines, outcome.kind === 'waiting' && outcome.decision.reason], [[], 'off']);
});

test('runs once at a time', async ({one}) => {
	const begun = Promise.withResolvers<void>();
	const blocked = Promise.withResolvers<void>();
	await using server = await startServer((_, response) => {
		begun.resolve();
		void blocked.promise.then(() => response.writeHead(200).end());
	});
	one.settings(`[fleetlock]\nurl = "${server.url}"`);
	const running = one.pass();
	await begun.promise;
	assert.is((await failure(one.pass({wait: false}))).code, 'machine-busy');
	blocked.resolve();
	assert.is((await running).outcome.kind, 'rebooting');
});

test('has not failed when it is stopped', async ({one}) => {
	one.hook('before-stage', 'exec sleep 60');
	const stop = new AbortController();
	const {root} = one;
	const running = one.pass({
		signal: stop.signal,
		report: () => stop.abort(new Error('the service stops')),
	});
	await running.then(
		() => assert.unreachable('it went on'),
		(error: unknown) => assert.is((error as Error).message, 'the service stops'),
	);
	assert.equal((await one.state()).postponed, []);
	assert.equal(existsSync(path.join(root, 'run/slipway/physical')), false);
});

test.run();
