import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EarlyWriteback} from '../../../installer/sink/early-writeback.ts';
import {thrown, thrownBy} from './thrown.ts';

const test = suite('early writeback');
const portion = 32 << 20;

/** Flushes that end when the test says so. */
function heldFlushes() {
	const running: PromiseWithResolvers<void>[] = [];
	const flush = () => {
		const flushing = Promise.withResolvers<void>();
		running.push(flushing);
		return flushing.promise;
	};
	return {flush, running};
}

test('flushes one at a time, and again when another portion is there', async () => {
	const {flush, running} = heldFlushes();
	await using writeback = new EarlyWriteback(flush);
	writeback.wrote(portion - 1);
	assert.is(running.length, 0);
	writeback.wrote(1);
	writeback.wrote(2 * portion);
	assert.is(running.length, 1);
	running[0]?.resolve();
	await writeback.settle();
	writeback.wrote(1);
	assert.is(running.length, 2);
	running[1]?.resolve();
	await writeback.settle();
	writeback.wrote(1);
	assert.is(running.length, 2);
});

test('an error of a flush comes out at the next write and at the end', async () => {
	const {flush, running} = heldFlushes();
	const writeback = new EarlyWriteback(flush);
	writeback.wrote(portion);
	const broken = new Error('the disk is broken');
	running[0]?.reject(broken);
	assert.is(await thrownBy(Error, writeback.settle()), broken);
	assert.is(
		thrown(Error, () => writeback.wrote(1)),
		broken,
	);
	await writeback[Symbol.asyncDispose]();
});

test.run();
