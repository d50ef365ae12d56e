import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Answers, noAnswers} from '../../../installer/answers/answers.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {decodeAnswers, encodeAnswers} from '../../../installer/answers/wire.ts';

const test = suite('answers on their way');

test('arrive as they were, with secrets, maps and what was not said', () => {
	const answers: Answers = {
		...noAnswers,
		root: {passwordHash: new Secret('$6$salt$hash'), sshKeys: ['ssh-ed25519 AAAA']},
		credentials: new Map([['x', {kind: 'inline', secret: new Secret('y')}]]),
	};
	const arrived = decodeAnswers(encodeAnswers(answers));
	assert.equal(arrived, answers);
	assert.is(arrived.root.passwordHash?.reveal(), '$6$salt$hash');
	assert.ok('disk' in arrived);
});

test('are quoted by no error', () => {
	try {
		decodeAnswers('{"root": pa55word}');
		assert.unreachable();
	} catch (error) {
		assert.is(String(error), 'DamagedInput: answers cannot be read: SyntaxError');
		assert.is((error as Error).cause, undefined);
	}
});

test.run();
