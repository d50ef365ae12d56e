import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {OperationFailed, Refused} from '../../engine/errors.ts';
import {CommandFailed} from '../../engine/system/commands.ts';
import {orInterrupted} from '../../installer/interruption.ts';

const test = suite('an interruption');
const aborted = AbortSignal.abort();
const running = new AbortController().signal;

test('is told in place of errors that only come of it', () => {
	const byItsSignal = new CommandFailed(['sync'], {
		status: undefined,
		signal: 'SIGINT',
		stderr: '',
	});
	for (const error of [aborted.reason, byItsSignal]) {
		const told = orInterrupted(error, aborted, 'nothing was changed on /dev/sda');
		assert.instance(told, OperationFailed);
		const {code, message, cause} = told as OperationFailed;
		assert.equal([code, message], ['interrupted', 'interrupted: nothing was changed on /dev/sda']);
		assert.is(cause, error);
		assert.is(orInterrupted(error, running, ''), error);
	}
});

test('is not told in place of errors that say more', () => {
	const refused = new Refused('in-use', 'it is in use');
	assert.is(orInterrupted(refused, aborted, ''), refused);
});

test.run();
