import {inspect} from 'node:util';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {Secret} from '../../../installer/answers/secret.ts';

const test = suite('secret');

test('tells its text to who asks for it by name, and to nobody else', () => {
	const secret = new Secret('hunter2');
	assert.is(secret.reveal(), 'hunter2');
	assert.equal(new Secret(Buffer.from([0, 255])).revealBytes(), Buffer.from([0, 255]));
	const shown = [`${secret}`, inspect({secret}), JSON.stringify({secret}), String([secret])];
	assert.equal(shown, [
		'[redacted]',
		'{ secret: [redacted] }',
		'{"secret":"[redacted]"}',
		'[redacted]',
	]);
});

test.run();
