import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {isDigest} from '../../../engine/oci/digest.ts';
import {digestOf, verified} from '../../../engine/oci/verified.ts';
import {chunksOf} from '../tar/read-all.ts';

const test = suite('digest');
const bytes = Buffer.from('the quick brown fox');
const digest = digestOf(bytes);

async function* stream(content: Buffer): AsyncGenerator<Buffer> {
	yield* chunksOf(content, 7);
}

async function outcome(content: Buffer, size: number | undefined, expected = digest) {
	const what = {what: 'layer', digest: expected, ...(size === undefined ? {} : {size})};
	try {
		return Buffer.concat(await Array.fromAsync(verified(stream(content), what))).toString();
	} catch (error) {
		assert.instance(error, DamagedInput);
		return (error as Error).message;
	}
}

test('is of known value for known bytes', () => {
	assert.is(
		digestOf(Buffer.from('{}')),
		'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
	);
	assert.ok(isDigest(digestOf(bytes, 'sha512')));
	for (const wrong of ['sha256:ab', `md5:${'a'.repeat(32)}`, `sha256:${'A'.repeat(64)}`, 'x'])
		assert.not.ok(isDigest(wrong), wrong);
});

test('lets right bytes pass, and names what is wrong with others', async () => {
	const other = Buffer.from('the quick brown f0x');
	const sha512 = digestOf(bytes, 'sha512');
	assert.equal(
		[
			await outcome(bytes, 19),
			await outcome(bytes, undefined),
			await outcome(bytes, 19, sha512),
			await outcome(other, 19),
			await outcome(bytes.subarray(1), 19),
			await outcome(Buffer.concat([bytes, bytes]), 19),
			await outcome(Buffer.alloc(0), undefined),
		],
		[
			bytes.toString(),
			bytes.toString(),
			bytes.toString(),
			`layer ${digest} has the digest ${digestOf(other)}`,
			`layer ${digest} has 18 of its 19 bytes`,
			`layer ${digest} has more than its 19 bytes`,
			`layer ${digest} has the digest ${digestOf(Buffer.alloc(0))}`,
		],
	);
});

test('stops the source as soon as there are too many bytes', async () => {
	let asked = 0;
	async function* endless(): AsyncGenerator<Buffer> {
		for (;;) {
			asked++;
			yield Buffer.alloc(10);
		}
	}
	const content = verified(endless(), {what: 'layer', digest, size: 25});
	await Array.fromAsync(content).then(
		() => assert.unreachable('took endless bytes'),
		() => assert.is(asked, 3),
	);
});

test.run();
