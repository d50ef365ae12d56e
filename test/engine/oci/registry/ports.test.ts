import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {hostPorts} from '../../../../engine/oci/registry/ports.ts';

const test = suite('ports of the host');
const {clock} = hostPorts();

test('sleep, until they are called off', async () => {
	await clock.sleep(0);
	const stop = new AbortController();
	const sleeping = clock.sleep(1_000_000, stop.signal).catch((error: unknown) => error);
	stop.abort('called off');
	assert.is(await sleeping, 'called off');
	const late = clock.sleep(1_000_000, stop.signal).catch((error: unknown) => error);
	assert.is(await late, 'called off');
});

test('call later, unless that is called off', async () => {
	await new Promise<void>((resolve) => {
		clock.after(0, assert.unreachable)();
		clock.after(0, resolve);
	});
});

test('know the time', () => {
	assert.ok(Math.abs(clock.now() - Date.now()) < 1000);
	const before = clock.monotonic();
	assert.ok(before <= clock.monotonic());
});

test.run();
