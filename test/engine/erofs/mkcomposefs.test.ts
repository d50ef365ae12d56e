/** Random trees, made into images by the real mkcomposefs and by ours. */
import {spawnSync} from 'node:child_process';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatDump} from '../../../engine/erofs/dump-formatter.ts';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {readImage} from '../../../engine/erofs/reader.ts';
import {writeImage} from '../../../engine/erofs/writer.ts';
import {fuzzRounds, seededRandom} from '../../seeded.ts';
import {findMkcomposefs} from '../../setup/mkcomposefs.ts';
import {oddSize, randomDump} from './random-dump.ts';
import {readVectors} from './vectors.ts';

const test = suite('image writer beside mkcomposefs');

const mkcomposefs = findMkcomposefs();
if (mkcomposefs === undefined)
	console.log('skipped: there is no mkcomposefs; `npm test` makes one in .cache/forky');
const compare = mkcomposefs === undefined ? test.skip : test;

const variants = [
	{version: 'auto', options: []},
	{version: 0, options: ['--min-version=0', '--max-version=0']},
	{version: 1, options: ['--min-version=1', '--max-version=1']},
] as const;
type Variant = (typeof variants)[number];

function makeReal(dump: Buffer, {options}: Variant): Buffer {
	const [command, ...args] = mkcomposefs ?? [''];
	const {status, stdout, stderr} = spawnSync(
		command,
		[...args, ...options, '--from-file', '-', '-'],
		{
			input: dump,
			maxBuffer: 1 << 30,
		},
	);
	if (status !== 0) throw new Error(`mkcomposefs: ${stderr}`);
	return stdout;
}

/** A short failure: the first byte that differs, not megabytes of both. */
function assertSame(ours: Buffer, real: Buffer, what: string): void {
	if (ours.equals(real)) return;
	const at = ours.findIndex((byte, index) => byte !== real[index]);
	assert.unreachable(`${what}: ${ours.length} and ${real.length} bytes, differ at ${at}`);
}

for (const {name, dump, images} of readVectors()) {
	if (!images.some(({options}) => options.flavour === 'c')) continue;
	compare(`${name}: makes the same bytes`, () => {
		for (const variant of variants)
			assertSame(
				writeImage(parseDump(dump), {flavour: 'c', version: variant.version}),
				makeReal(dump, variant),
				String(variant.version),
			);
	});
}

compare('makes the same bytes of random trees, and reads them back', () => {
	// Each round starts a program, so there are never as many as in tests that only damage bytes.
	for (let seed = 0; seed < Math.min(fuzzRounds(30), 200); seed++) {
		const random = seededRandom(seed);
		const dump = randomDump(random);
		const variant = random.pick(variants);
		const options = {flavour: 'c', version: variant.version} as const;
		const real = makeReal(dump, variant);
		const tree = parseDump(dump);
		assertSame(writeImage(tree, options), real, `seed ${seed}, ${variant.version}`);
		const {root, version} = readImage(real);
		const readBack = writeImage(root, {flavour: 'c', version: version === 2 ? 1 : version});
		if (!dump.includes(` ${oddSize} `)) assertSame(readBack, real, `seed ${seed}, read back`);
		const again = parseDump(Buffer.from([...formatDump(tree)].join(''), 'latin1'));
		assertSame(writeImage(again, options), real, `seed ${seed}, formatted`);
	}
});

test.run();
