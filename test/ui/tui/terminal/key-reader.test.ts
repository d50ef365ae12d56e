import {EventEmitter} from 'node:events';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readKeys} from '../../../../ui/tui/terminal/key-reader.ts';
import type {Key} from '../../../../ui/tui/terminal/keys.ts';

const test = suite('key reader');

/** A terminal and a clock that a test moves. */
function reader() {
	const source = new EventEmitter();
	const keys: Key[] = [];
	let waiting: {readonly ms: number; readonly callback: () => void} | undefined;
	const stop = readKeys(source, (key) => keys.push(key), 120, {
		start: (ms, callback) => {
			waiting = {ms, callback};
		},
		stop: () => {
			waiting = undefined;
		},
	});
	return {
		keys,
		stop,
		receive: (data: string | Buffer) => source.emit('data', data),
		waits: () => waiting?.ms,
		elapse: () => waiting?.callback(),
	};
}

test('puts together what comes in pieces', () => {
	const {keys, receive, waits} = reader();
	receive('\x1b');
	assert.is(waits(), 120);
	receive('[');
	receive('B');
	assert.is(waits(), undefined);
	receive(Buffer.from([0xc3]));
	receive(Buffer.from([0xa9]));
	receive('\r');
	receive('\n');
	assert.equal(keys, [
		{kind: 'named', name: 'down'},
		{kind: 'text', text: 'é'},
		{kind: 'named', name: 'enter'},
	]);
});

test('takes Esc when nothing follows in time', () => {
	const {keys, receive, elapse} = reader();
	receive('\x1b');
	elapse();
	receive('[B');
	assert.equal(keys, [
		{kind: 'named', name: 'escape'},
		{kind: 'text', text: '['},
		{kind: 'text', text: 'B'},
	]);
});

test('waits longer for the rest of a paste, but not for ever and not for any amount', () => {
	const {keys, receive, waits, elapse} = reader();
	receive('\x1b[200~ssh-ed25519');
	assert.is(waits(), 2000);
	elapse();
	assert.equal(keys, [{kind: 'paste', text: 'ssh-ed25519'}]);
	receive(`\x1b[200~${'x'.repeat(2 ** 20)}`);
	assert.is(keys.length, 2);
	assert.is(waits(), undefined);
});

test('hears nothing after it was stopped', () => {
	const {keys, stop, receive} = reader();
	stop();
	receive('a');
	assert.equal(keys, []);
});

test.run();
