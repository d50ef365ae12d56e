import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {imageMoment, sourceDate} from '../../../installer/output/image-moment.ts';
import {directory, file, symlink} from '../../engine/source/trees.ts';

const test = suite('what the bytes of a disk image depend on');
const unsaid = {seed: undefined, time: undefined};

const tree = (newest: number, content = 'a') => ({
	root: directory(
		{
			etc: directory({passwd: file(content, {mtimeSec: newest})}, {mtimeSec: 9_000}),
			link: symlink('etc', {mtimeSec: 8_000}),
			old: file('old', {mtimeSec: 5}),
		},
		{mtimeSec: 10_000},
	),
});

test('are the files of the image, and when the newest of them was made', () => {
	const {seed, time} = imageMoment(tree(1_700_000_070), unsaid);
	assert.match(seed, /^[0-9a-f]{64}$/);
	assert.equal(time, new Date(1_700_000_070_000));
	assert.is(imageMoment(tree(1_700_000_070), unsaid).seed, seed);
	assert.is.not(imageMoment(tree(1_700_000_071), unsaid).seed, seed);
	assert.is.not(imageMoment(tree(1_700_000_070, 'ab'), unsaid).seed, seed);
});

test('are within what a disk can have', () => {
	assert.equal(imageMoment(tree(0), unsaid).time, new Date('1980-01-01T00:00:00Z'));
	assert.equal(imageMoment(tree(1e11), unsaid).time, new Date('2107-12-31T00:00:00Z'));
});

test('are what somebody says', () => {
	const time = new Date(0);
	assert.equal(imageMoment(tree(1_700_000_070), {seed: 'mine', time}), {seed: 'mine', time});
});

test('take a time out of the environment, and nothing that is none', () => {
	assert.is(sourceDate({}), undefined);
	assert.is(sourceDate({SOURCE_DATE_EPOCH: ''}), undefined);
	assert.equal(sourceDate({SOURCE_DATE_EPOCH: '1700000000'}), new Date('2023-11-14T22:13:20Z'));
	for (const text of ['yesterday', '-1', '0', '1.5', '1e9', '99999999999', '999999999999'])
		assert.throws(
			() => sourceDate({SOURCE_DATE_EPOCH: text}),
			new RegExp(`^SOURCE_DATE_EPOCH=${text} is no time that a disk can have$`),
		);
});

test.run();
