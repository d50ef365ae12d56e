import {suite} from 'uvu';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {DamagedInput} from '../../../engine/errors.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';
import {readVector} from './vectors.ts';

const test = suite('dump parser, damaged input');

const dumps = ['02-single-file', '05-deep-dirs', '08-hardlinks-devices-ids', '09-whiteouts'].map(
	readVector,
);

test('reads a damaged dump into a tree, or says which line is damaged', () => {
	const rounds = fuzzRounds(2000);
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const dump = mutate(random.pick(dumps), random);
		try {
			parseDump(dump);
		} catch (error) {
			if (!(error instanceof DamagedInput) || error.offset === undefined)
				throw new Error(`seed ${seed}`, {cause: error});
		}
	}
});

test.run();
