import {spawnSync} from 'node:child_process';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {honouredCommands, sameCommands} from '../../../installer/kickstart/honoured-commands.ts';
import {isWordFault, splitWords} from '../../../installer/kickstart/words.ts';
import {type SeededRandom, seededRandom} from '../../seeded.ts';
import {read} from './reading.ts';

/** What pykickstart says itself, where it is installed: what is taken here is taken there. */
const test = suite('kickstart beside pykickstart');

const script = path.join(import.meta.dirname, 'read-in-python.py');

function has(what: string): boolean {
	const isThere = spawnSync('python3', ['-c', `import ${what}`]).status === 0;
	if (!isThere) console.log(`skipped: no python3 with ${what} to compare with`);
	return isThere;
}

const besideShlex = has('shlex') ? test : test.skip;
const besidePykickstart = has('pykickstart.parser') ? test : test.skip;

function ask<Verdict>(what: 'words' | 'faults', texts: readonly string[]): readonly Verdict[] {
	const {stdout, stderr} = spawnSync('python3', [script, what], {
		input: JSON.stringify(texts),
		maxBuffer: 64 * 1024 * 1024,
	});
	assert.is(stderr.toString(), '');
	return JSON.parse(stdout.toString());
}

const pieces = ['a', 'é', ' ', '\t', '#', '"', "'", '\\', '=', '--size', '/', '$x', ',', '\\x20'];

besideShlex('splits lines into the same words', () => {
	const random = seededRandom(1);
	const lines = Array.from({length: 3000}, () =>
		Array.from({length: random.between(0, 12)}, () => random.pick(pieces)).join(''),
	);
	for (const [index, words] of ask<readonly string[] | null>('words', lines).entries()) {
		const line = lines[index] ?? '';
		const split = splitWords(line);
		const ours = isWordFault(split) ? null : split.words.map(({text}) => text);
		assert.equal(ours, words, line);
	}
});

const values = [
	'/',
	'/var',
	'/home',
	'swap',
	'1024',
	'sda',
	'sda1',
	'x',
	'ext4',
	'xfs',
	'btrfs',
	'plain',
	'dhcp',
	'static',
	'yes',
	'192.0.2.7',
	'255.255.255.0',
	'registry:registry.example.com/os:1',
	'us',
	'C',
	'en_US.UTF-8',
	'Europe/Berlin',
	'a,b',
	'anna',
	'root',
	'LABEL=x',
	'mbr',
	'luks2',
	'""',
	'80:tcp',
];

/** A line of a command with options that it has, and some that it has not. */
function line(random: SeededRandom): string {
	const name = random.pick([...Object.keys(honouredCommands), ...Object.keys(sameCommands)]);
	const spec = honouredCommands[(sameCommands[name] ?? name) as keyof typeof honouredCommands];
	const options = Object.keys(spec.options);
	const words = Array.from({length: random.below(5)}, () => {
		if (options.length === 0 || random.below(4) === 0) return random.pick(values);
		const option = `--${random.pick(options)}`;
		const given = random.below(8) === 0 ? option.slice(0, -random.between(1, 3)) : option;
		return random.pick([
			given,
			`${given}=${random.pick(values)}`,
			`${given} ${random.pick(values)}`,
		]);
	});
	return [name, ...words].join(' ');
}

/** An option that it has given up, and words among options: noted here, since nothing depends on them. */
const noted = /^(?:logging .*--l|sshpw )/m;

besidePykickstart('takes nothing that pykickstart refuses', () => {
	const random = seededRandom(2);
	const texts: string[] = [];
	while (texts.length < 400) {
		const lines = Array.from({length: random.pick([1, 1, 1, 2, 3])}, () => line(random));
		const text = lines.join('\n');
		if (read(text).mistakes.length === 0 && !noted.test(text)) texts.push(text);
	}
	const faults = ask<string | null>('faults', texts);
	// Whether a beginning of two names of one option will do, Pythons do not agree.
	const real = faults.map((fault) => (fault?.includes('ambiguous option') ? null : fault));
	assert.equal(
		texts.flatMap((text, index) => (real[index] === null ? [] : [[text, real[index]]])),
		[],
	);
});

test.run();
