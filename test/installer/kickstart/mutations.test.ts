import {readdirSync} from 'node:fs';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatMistake} from '../../../installer/config/mistake.ts';
import {parseKickstart} from '../../../installer/kickstart/read-kickstart.ts';
import {fuzzRounds, mutate, type SeededRandom, seededRandom} from '../../seeded.ts';
import {hashPassword, sample, samples} from './reading.ts';

const test = suite('damaged kickstarts');

const files = readdirSync(samples).map(sample);

/** Damage that leaves most words whole: lines of several files mixed, words gone, doubled, cut. */
function scramble(text: string, random: SeededRandom): string {
	const lines = text.split('\n');
	const others = random.pick(files).text.split('\n');
	for (let edits = random.between(1, 6); edits > 0; edits--) {
		const at = random.below(lines.length);
		const words = (lines[at] ?? '').split(' ');
		const word = random.below(words.length);
		const before = words[word] ?? '';
		const changed = [
			[],
			[before, before],
			[before.slice(0, random.below(before.length + 1))],
			[before.replace(/=.*/, '=')],
			[before, '--drives=a|b,*', '"'],
			[random.pick(random.pick(others).split(' '))],
		];
		words.splice(word, 1, ...random.pick(changed));
		lines[at] = random.below(8) === 0 ? random.pick(others) : words.join(' ');
	}
	return lines.join('\n');
}

test('never break the reader, and each refusal names its line', () => {
	let refused = 0;
	const rounds = fuzzRounds(1000);
	for (let seed = 0; seed < rounds; seed++) {
		const random = seededRandom(seed);
		const {path, text} = random.pick(files);
		const damaged =
			seed % 2 === 0 ? mutate(Buffer.from(text), random).toString() : scramble(text, random);
		const isLenient = random.below(2) === 0;
		const include = random.pick(files).text;
		const {mistakes, warnings} = parseKickstart(
			{path, text: damaged},
			{hashPassword, isLenient},
			() => include,
			'mistake',
		);
		if (mistakes.length > 0) refused++;
		const lines = Math.max(damaged.split('\n').length, include.split('\n').length);
		for (const mistake of [...mistakes, ...warnings]) {
			const shown = formatMistake(mistake);
			assert.ok(mistake.line >= 1 && mistake.line <= lines, `seed ${seed}: ${shown}`);
			assert.ok(mistake.column >= 1, `seed ${seed}: ${shown}`);
			assert.not.match(shown, /undefined|\[object|NaN/, `seed ${seed}: ${shown}`);
		}
	}
	assert.ok(refused > rounds / 2, `${refused} of ${rounds}`);
});

test('of a size that nobody writes take no longer than they are long', () => {
	const texts = [
		`part ${'--size=1 '.repeat(20_000)}/`,
		'lang C\n'.repeat(20_000),
		`rootpw ${'"'.repeat(100_001)}`,
		`%certificate --filename=a --type=anchor\n${'-----BEGIN CERTIFICATE-----\n'.repeat(5000)}%end\n`,
		`network --bondslaves=${'a,'.repeat(50_000)}`,
		`firewall --port=${'1,'.repeat(20_000)}`,
		`bootloader --append="${'a '.repeat(50_000)}"`,
		`ignoredisk --only-use=${'*/'.repeat(20_000)}`,
		'%include a\n'.repeat(2000),
	];
	for (const text of texts) {
		const before = process.cpuUsage();
		parseKickstart({path: 'a.ks', text}, {hashPassword, isLenient: false}, () => '', 'mistake');
		const tookMs = process.cpuUsage(before).user / 1000;
		assert.ok(tookMs < 10_000, `${text.slice(0, 40)}… took ${tookMs} ms`);
	}
});

test.run();
