import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {unwrittenAnswers} from '../../../installer/kickstart/unwritten-answers.ts';
import {read, sample} from './reading.ts';

const test = suite('answers without words in our own configuration');

test('are none of a plain kickstart', () => {
	assert.equal(unwrittenAnswers(read(sample('01-minimal-wipe.ks').text).answers), []);
	assert.equal(unwrittenAnswers(read('').answers), []);
});

test('are named, so that nobody drops them in silence', () => {
	const named = (name: string) => unwrittenAnswers(read(sample(name).text).answers);
	assert.equal(
		named('02-encrypted-tpm2.ks'),
		['image.source', 'system.ntp', 'system.xkb'].toSorted(),
	);
	assert.equal(named('04-preserve-data.ks'), ['system.rtc']);
});

test.run();
