import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatMistake} from '../../../installer/config/mistake.ts';
import {formatConfig, writtenConfig} from '../../../installer/config/native.ts';
import {readConfig} from '../../../installer/config/read-config.ts';
import {fuzzRounds, mutate, seededRandom} from '../../seeded.ts';
import {bootcToml, fullConfig, imageBuilderToml} from './sample-configs.ts';

const test = suite('configurations at random');

const fullJson = JSON.stringify(
	writtenConfig(readConfig(fullConfig, 'a.toml').answers).config,
	undefined,
	'\t',
);
const samples = [
	{name: 'site.toml', text: fullConfig},
	{name: 'site.json', text: fullJson},
	{name: 'config.toml', text: imageBuilderToml},
	{name: 'install.toml', text: bootcToml},
] as const;

test('that are damaged are read, or refused with the line of every mistake', () => {
	const rounds = fuzzRounds(1000);
	let [read, refused] = [0, 0];
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const {name, text} = samples[seed % samples.length] ?? samples[0];
		const damaged = mutate(Buffer.from(text), random).toString('utf8');
		const lines = damaged.split('\n').length;
		const {answers, mistakes} = readConfig(damaged, name);
		for (const mistake of mistakes) {
			const place = `seed ${seed}: ${formatMistake(mistake)}`;
			assert.ok(mistake.line >= 1 && mistake.line <= lines && mistake.column >= 1, place);
			assert.not.match(formatMistake(mistake), /\n|undefined|\[object/, place);
		}
		if (mistakes.length > 0) {
			refused++;
			continue;
		}
		read++;
		const again = readConfig(formatConfig(answers), 'again.toml');
		assert.equal(again.mistakes, [], `seed ${seed}`);
		assert.equal(
			JSON.parse(JSON.stringify(again.answers)),
			JSON.parse(JSON.stringify(answers)),
			`seed ${seed}`,
		);
	}
	assert.ok(read > rounds / 50 && refused > rounds / 2, `${read} read, ${refused} refused`);
});

/** Tokens of the formats, which damage structure rather than characters. */
const tokens = ['[[', ']]', '{', '}', '"', "'''", '"""', ' = ', '.', ',', '\n', '1', 'true', '\\'];

test('that have their tokens moved are read, or refused with the line of every mistake', () => {
	const rounds = fuzzRounds(1000);
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const {name, text} = samples[seed % samples.length] ?? samples[0];
		let damaged: string = text;
		for (let edits = random.between(1, 3); edits > 0; edits--) {
			const at = random.below(damaged.length);
			const cut = random.pick([0, 1, 5]);
			damaged = damaged.slice(0, at) + random.pick(tokens) + damaged.slice(at + cut);
		}
		for (const mistake of readConfig(damaged, name).mistakes)
			assert.ok(mistake.line >= 1 && mistake.line <= damaged.split('\n').length, `seed ${seed}`);
	}
});

test.run();
