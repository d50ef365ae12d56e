import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatDump} from '../../../engine/erofs/dump-formatter.ts';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {readImage} from '../../../engine/erofs/reader.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import {fuzzRounds, mutate, type SeededRandom, seededRandom} from '../../seeded.ts';
import {makeOldImage} from './old-image.ts';
import {readVector} from './vectors.ts';

const test = suite('image reader, damaged input');

const dumps = ['02-single-file', '05-deep-dirs', '08-hardlinks-devices-ids', '09-whiteouts'].map(
	readVector,
);
const images = [
	...dumps.map((dump) => writeImage(parseDump(dump), {flavour: 'c', version: 1})),
	makeOldImage(),
];

/** Damage in place, and mostly where something stands: most of an image is padding and stubs. */
function damageInPlace(image: Buffer, random: SeededRandom): Buffer {
	const bytes = Buffer.from(image);
	for (let edits = random.between(1, 4); edits > 0; edits--) {
		let at = random.below(bytes.length);
		for (let tries = 0; tries < 16 && bytes[at] === 0; tries++) at = random.below(bytes.length);
		const from = random.below(bytes.length);
		switch (random.below(3)) {
			case 0:
				bytes[at] = random.below(256);
				break;
			case 1:
				bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
				break;
			default:
				bytes.copyWithin(at, from, from + random.pick([1, 4, 32]));
		}
	}
	return bytes;
}

/** What a tree may be at most, if it was read from so many bytes. */
function assertSound(root: Directory, length: number): void {
	let names = 0;
	for (const line of formatDump(root)) {
		names++;
		assert.ok(line.length < 4 * length);
	}
	assert.ok(names <= length / 12);
}

test('reads a damaged image into a tree, or says where it is damaged', () => {
	const rounds = fuzzRounds(2000);
	const before = process.memoryUsage().rss;
	let readable = 0;
	const complaints = new Set<string>();
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const original = random.pick(images);
		const image =
			random.below(4) === 0 ? mutate(original, random) : damageInPlace(original, random);
		try {
			const {root} = readImage(image);
			readable++;
			if (readable % 16 === 0) assertSound(root, image.length);
		} catch (error) {
			if (!(error instanceof DamagedInput) || error.offset === undefined)
				throw new Error(`seed ${seed}`, {cause: error});
			complaints.add(error.message.replaceAll(/\d+/g, ''));
		}
	}
	assert.ok(readable > rounds / 20, `${readable} images were readable`);
	assert.ok(complaints.size > 20, `${complaints.size} different complaints`);
	assert.ok(process.memoryUsage().rss - before < 200 << 20, 'memory grew by over 200 MiB');
});

test.run();
