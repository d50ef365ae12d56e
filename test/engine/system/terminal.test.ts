import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {runOnTerminal} from '../../../engine/system/terminal.ts';

const test = suite('program on the terminal');

const shell = (script: string, options = {}) => runOnTerminal('sh', ['-c', script], options);

test('gives its status, or that of the signal that ended it', async () => {
	assert.equal(await shell('exit 3'), {status: 3, stderr: ''});
	assert.equal(await shell('kill -KILL $$'), {status: 137, stderr: ''});
});

test('has the end of what it said kept, when that is wanted', async () => {
	const script = 'printf "%05000d" 7 >&2; exit 1';
	const {status, stderr} = await shell(script, {keepErrors: true});
	assert.equal({status, stderr}, {status: 1, stderr: `${'0'.repeat(4095)}7`});
});

test('ends when it is told to, however early, and not at all when it was told before', async () => {
	const stop = new AbortController();
	const running = shell('exec sleep 1000', {signal: stop.signal});
	stop.abort();
	assert.equal(await running, {status: 143, stderr: ''});
	try {
		await shell('exit 0', {signal: stop.signal});
		assert.unreachable();
	} catch (error) {
		assert.is((error as Error).name, 'AbortError');
	}
});

test('is told of where it cannot be started', async () => {
	try {
		await runOnTerminal('/nowhere/program', []);
		assert.unreachable();
	} catch (error) {
		assert.is((error as NodeJS.ErrnoException).code, 'ENOENT');
	}
});

test.run();
