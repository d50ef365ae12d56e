/** A machine that updates itself from a real registry, by rules that all have their say. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import type {ImageReference} from '../../engine/deployment/origin.ts';
import {dayMs} from '../../engine/update/duration.ts';
import {readMachineStatus} from '../../engine/update/update-status.ts';
import {weekdays} from '../../engine/update/windows.ts';
import {semaphore, startServer} from '../engine/update/fleetlock-server.ts';
import {publish} from '../engine/update/published-image.ts';
import {meteredReply, minuteMs, UpdatingMachine} from '../engine/update/updating-machine.ts';
import {type Registry, startRegistry} from '../setup/registry.ts';
import {bundleProgram, MachineRoot, whyNoMachineRoot} from './machine-root.ts';

const test = suite('unattended update');
const problem = whyNoMachineRoot();
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-unattended-'));
const app = path.join(folder, 'app');
let registry: Registry;
test.before(async () => {
	await bundleProgram(app);
	registry = await startRegistry();
	const layout = path.join(folder, 'layout');
	publish(layout, {version: '1'});
	await registry.copy(`oci:${layout}`, 'myos:latest');
});
test.after(async () => {
	await registry[Symbol.asyncDispose]();
	rmSync(folder, {recursive: true});
});

/** No machine updates itself from its own loopback, so the registry has a name. */
const followed: ImageReference = {
	image: 'registry.example.com/myos:latest',
	transport: 'registry',
};
const registries = () =>
	`[[registry]]\nprefix = "registry.example.com"\nlocation = "${registry.host}"\ninsecure = true\n`;
const points = ['before-stage', 'after-stage', 'before-apply', 'after-apply'];

/** Another machine asks for the right to reboot, or gives it back. */
async function askAsOther(server: string, operation: 'pre-reboot' | 'steady-state') {
	const body = JSON.stringify({client_params: {group: 'default', id: 'other'}});
	const headers = {'fleet-lock-protocol': 'true'};
	const {status} = await fetch(`${server}/v1/${operation}`, {method: 'POST', headers, body});
	assert.is(status, 200);
}

check('waits for days, for a free network, for a window and for its turn to reboot', async () => {
	const {asked, handler} = semaphore();
	await using server = await startServer(handler);
	const url = `${server.url}/api`;
	using one = await UpdatingMachine.make(followed);
	one.write('etc/containers/registries.conf', registries());
	one.settings(`delay-days = 2\n[fleetlock]\nurl = "${url}"`);
	for (const point of points) one.hook(point);
	/** What one pass did, how it ended, and what hooks were told. */
	const pass = async () => {
		const {lines, outcome} = await one.pass();
		const ending = outcome.kind === 'waiting' ? outcome.decision.reason : outcome.kind;
		return [lines.map((line) => line.replace(/:.*/, '')), ending, await one.toldHooks()];
	};

	one.now = new Date('2026-03-02T12:00:00Z');
	assert.equal(await pass(), [['check done'], 'delayed', []]);
	one.later(2 * dayMs);
	one.isMetered = true;
	assert.equal(await pass(), [['check done'], 'metered', []]);
	assert.equal(await one.parts(), ['0', undefined, undefined]);
	one.isMetered = false;
	const staging = await pass();
	const {staged} = (await readMachineStatus(one.root)).status;
	const id = staged?.deployment.id ?? '';
	const told = ['before-stage', `after-stage ${id}`];
	assert.equal(staging, [['stage done'], 'window-closed', told]);

	await askAsOther(url, 'pre-reboot');
	one.now = new Date('2026-03-05T02:00:00Z');
	// Without its turn, it does not even ask the hooks.
	assert.equal(await pass(), [['check done', 'apply postponed'], 'postponed', []]);
	assert.equal(one.systemctl.includes('reboot'), false);
	await askAsOther(url, 'steady-state');
	one.later(16 * minuteMs);
	assert.equal(await pass(), [['apply done'], 'rebooting', [`before-apply 1 ${id}`]]);
	assert.is(one.systemctl.at(-1), 'reboot');
	await one.start(id);
	await one.bless(id);
	assert.equal(await pass(), [['unlock done'], 'up-to-date', [`after-apply 1 ${id} applied`]]);
	assert.equal(
		asked.map((request) => (request as string[])[1]),
		['pre-reboot', 'pre-reboot', 'steady-state', 'pre-reboot', 'steady-state'].map(
			(operation) => `/api/v1/${operation}`,
		),
	);
});

/** Opens on a day that is neither today nor tomorrow, or every day and all day. */
function windowOn(days: 'another day' | 'every day'): string {
	const day = weekdays[(new Date().getUTCDay() + 3) % 7];
	const on = days === 'another day' ? `days = ["${day}"]\n` : '';
	return `[[windows]]\n${on}start = "00:00"\nlength = "24h"\ntime-zone = "UTC"\n`;
}

check('does so as a program, with hooks and a server that are asked for real', async () => {
	const {asked, handler} = semaphore();
	await using server = await startServer(handler);
	using machine = await MachineRoot.make(followed, app);
	machine.write('etc/containers/registries.conf', registries());
	machine.write('etc/slipway/update.toml', windowOn('another day'));
	for (const point of points)
		machine.script(
			`etc/slipway/hooks.d/${point}/10-test`,
			'echo "$SLIPWAY_HOOK $SLIPWAY_VERSION $SLIPWAY_OUTCOME" >>/hooks.log',
		);
	machine.program('busctl', `case "$*" in *Metered) echo '${meteredReply}' ;; *) exit 1 ;; esac`);
	assert.match(
		await machine.ok('auto-update'),
		/^check: .* leads to sha256:\w+, which is new\nwaiting: the network costs by volume; looks again .*\n$/,
	);
	machine.program('busctl', 'exit 1');
	assert.match(
		await machine.ok('auto-update'),
		/^stage: .* is staged as deployment \S+, \d+ bytes were fetched\nwaiting: .* waits for a window at .*T00:00:00Z; looks again .*\n$/,
	);
	const id = (await machine.status()).status.staged?.deployment.id ?? '';
	machine.write(
		'etc/slipway/update.toml',
		`${windowOn('every day')}[fleetlock]\nurl = "${server.url}/api"\n`,
	);
	assert.is(await machine.ok('auto-update'), `apply: rebooting into deployment ${id}\n`);
	assert.match(machine.read('systemctl.log'), /^reboot$/m);

	await machine.start(id);
	const back = `unlock: gave the right to reboot back to ${server.url}/api`;
	assert.is((await machine.ok('auto-update')).split('\n')[0], back);
	assert.is(asked.length, 2);
	assert.equal(machine.read('hooks.log').trimEnd().split('\n'), [
		'before-stage  ',
		'after-stage  ',
		'before-apply 1 ',
		'after-apply 1 applied',
	]);
	const {update} = await machine.status();
	assert.equal([update?.decision?.reason, update?.cachedUpdate?.isDeployed], ['up-to-date', true]);
});

test.run();
