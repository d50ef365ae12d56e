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
	const {seed, time} = imageMoment(tree(70), unsaid);
	assert.match(seed, /^[0-9a-f]{64}$/);
	assert.equal(time, new Date(70_000));
	assert.is(imageMoment(tree(70), unsaid).seed, seed);
	assert.is.not(imageMoment(tree(71), unsaid).seed, seed);
	assert.is.not(imageMoment(tree(70, 'ab'), unsaid).seed, seed);
});

test('are what somebody says', () => {
	const time = new Date(0);
	assert.equal(imageMoment(tree(70), {seed: 'mine', time}), {seed: 'mine', time});
});

test('take a time out of the environment, and nothing that is none', () => {
	assert.is(sourceDate({}), undefined);
	assert.is(sourceDate({SOURCE_DATE_EPOCH: ''}), undefined);
	assert.equal(sourceDate({SOURCE_DATE_EPOCH: '1700000000'}), new Date('2023-11-14T22:13:20Z'));
	for (const text of ['yesterday', '-1', '1.5', '1e9', '999999999999'])
		assert.throws(
			() => sourceDate({SOURCE_DATE_EPOCH: text}),
			new RegExp(`^SOURCE_DATE_EPOCH=${text} is no time$`),
		);
});

test.run();
