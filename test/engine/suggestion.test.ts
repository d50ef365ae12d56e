import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {editDistance, nearestWord} from '../../engine/suggestion.ts';

const test = suite('suggestion');

test('counts edits, a swap of neighbours as one', () => {
	assert.is(editDistance('wipe', 'wipe'), 0);
	assert.is(editDistance('wpie', 'wipe'), 1);
	assert.is(editDistance('', 'abc'), 3);
	assert.is(editDistance('kitten', 'sitting'), 3);
});

test('suggests a near word or the one that begins so, and nothing else', () => {
	assert.is(nearestWord('inst', ['install', 'status']), 'install');
	assert.is(nearestWord('gv', ['gc', 'digest']), 'gc');
	assert.is(nearestWord('upload', ['install', 'status']), undefined);
});

test.run();
