import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {type Answers, noAnswers} from '../../../installer/answers/answers.ts';
import {holdsSecrets} from '../../../installer/answers/holds-secrets.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {user} from '../bootstrap/planned.ts';

const test = suite('secrets in answers');
const secret = new Secret('PLANTED');

for (const [answers, expected] of [
	[{}, false],
	[{credentials: new Map([['a', {kind: 'file', path: '/a'}]])}, false],
	[{credentials: new Map([['a', {kind: 'inline', secret}]])}, true],
	[{users: [user({name: 'a'})]}, false],
	[{users: [user({name: 'a', passwordHash: secret})]}, true],
] as const satisfies readonly (readonly [Partial<Answers>, boolean])[])
	test(`are ${expected ? '' : 'not '}there: ${JSON.stringify(answers)}`, () => {
		assert.is(holdsSecrets({...noAnswers, ...answers}), expected);
	});

test.run();
