import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {DamagedInput} from '../../../engine/errors.ts';
import {applyChanges} from '../../../engine/oci/apply-changes.ts';
import {readLayerChanges} from '../../../engine/oci/read-layer.ts';
import {DigestSink} from '../../../engine/store/digest-sink.ts';
import {emptyDirectory} from '../../../engine/tree/empty-directory.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import {fuzzRounds, mutate, type SeededRandom, seededRandom} from '../../seeded.ts';
import {type RawFields, rawHeader, rawTar} from '../tar/raw-header.ts';
import {listTree} from './list-tree.ts';

const test = suite('layers to tree, at random');

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
	yield bytes;
}

async function apply(tars: readonly Buffer[]): Promise<Directory> {
	const root = emptyDirectory();
	for (const tar of tars) {
		const sink = new DigestSink('sha256');
		applyChanges(root, await readLayerChanges(once(tar), sink));
	}
	return root;
}

const names = ['a', 'b', 'c'];
const types = ['0', '0', '2', '5'];

/** An entry below up to three directories; in about one of four a whiteout. */
function randomFields(random: SeededRandom): RawFields {
	const parts = Array.from({length: random.between(1, 3)}, () => random.pick(names));
	const path = parts.join('/');
	if (random.below(4) > 0) return {name: path, typeflag: random.pick(types), link: 'target'};
	const directory = parts.slice(0, -1).map((part) => `${part}/`);
	const isOpaque = random.below(3) === 0;
	return {name: [...directory, isOpaque ? '.wh..wh..opq' : `.wh.${parts.at(-1)}`].join('')};
}

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
	return items
		.map((item) => ({item, key: random.next()}))
		.sort((a, b) => a.key - b.key)
		.map(({item}) => item);
}

const isWhiteout = ({name}: RawFields) => name?.includes('.wh.') === true;

/** The rules once more, as simply as can be: a flat map of paths, without any check. */
function model(layers: readonly (readonly RawFields[])[]): string[] {
	const tree = new Map<string, string>();
	const remove = (path: string, keepItself: boolean) => {
		for (const other of [...tree.keys()])
			if (other.startsWith(`${path}/`) || path === '' || (other === path && !keepItself))
				tree.delete(other);
	};
	for (const layer of layers) {
		for (const {name = ''} of layer.filter(isWhiteout)) {
			if (name.endsWith('.wh..wh..opq')) remove(name.replace(/\/?\.wh\..*/, ''), true);
			else remove(name.replace('.wh.', ''), false);
		}
		for (const {name = '', typeflag = '0'} of layer.filter((fields) => !isWhiteout(fields))) {
			for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1))
				if (!tree.has(name.slice(0, at))) tree.set(name.slice(0, at), '5');
			if (typeflag !== '5') remove(name, false);
			tree.set(name, typeflag);
		}
	}
	const shown: Record<string, string> = {'0': 'empty', '2': '-> target', '5': '/'};
	return [...tree].map(([path, type]) => `${path} ${shown[type]}`).sort();
}

test('gives what the rules say, in whatever order the whiteouts stand', async () => {
	const rounds = fuzzRounds(1500);
	let applied = 0;
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const layers = Array.from({length: random.between(1, 3)}, () =>
			Array.from({length: random.between(1, 5)}, () => randomFields(random)),
		);
		const tars = (order: (fields: readonly RawFields[]) => readonly RawFields[]) =>
			layers.map((fields) =>
				rawTar(
					...order(fields).map((each) =>
						rawHeader({mode: each.typeflag === '5' ? '0000755' : '0000644', ...each}),
					),
				),
			);
		const moved = (fields: readonly RawFields[]) => {
			const rest = fields.filter((each) => !isWhiteout(each));
			for (const whiteout of shuffled(fields.filter(isWhiteout), random))
				rest.splice(random.below(rest.length + 1), 0, whiteout);
			return rest;
		};
		const outcome = (all: readonly Buffer[]) =>
			apply(all).then(
				(root) => listTree(root).sort(),
				(error) => {
					if (error instanceof DamagedInput) return 'refused';
					throw new Error(`seed ${seed}`, {cause: error});
				},
			);
		const tree = await outcome(tars((fields) => fields));
		assert.equal(await outcome(tars(moved)), tree, `seed ${seed}`);
		if (tree === 'refused') continue;
		applied++;
		assert.equal(tree, model(layers), `seed ${seed}`);
	}
	assert.ok(applied > rounds / 5, `${applied} of ${rounds} were applied`);
});

test('that are damaged give a clean error or a tree', async () => {
	const lower = rawTar(
		rawHeader({name: 'd/', typeflag: '5', mode: '0000755'}),
		rawHeader({name: 'd/f', size: '00000000300'}),
		'f'.repeat(0o300),
		rawHeader({name: 'd/h', typeflag: '1', link: 'd/f'}),
	);
	const upper = rawTar(
		rawHeader({name: 'd/.wh.f'}),
		rawHeader({name: 'd/s', typeflag: '2', link: 'h'}),
		rawHeader({name: 'e/.wh..wh..opq'}),
	);
	const rounds = fuzzRounds(1500);
	const before = process.memoryUsage().rss;
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const tars =
			random.below(2) === 0 ? [mutate(lower, random), upper] : [lower, mutate(upper, random)];
		await apply(tars).catch((error) => {
			if (!(error instanceof DamagedInput)) throw new Error(`seed ${seed}`, {cause: error});
		});
	}
	assert.ok(process.memoryUsage().rss - before < 200 << 20, 'memory grew by over 200 MiB');
});

test.run();
