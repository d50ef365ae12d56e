import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {UsageError} from '../../engine/errors.ts';
import {lineOfKey, parseSettings, settingsMistake} from '../../engine/settings-file.ts';

const test = suite('files of settings');

test('are tables', () => {
	const {path, version} = parseSettings({path: '/a.toml', text: 'path = "/x"\nversion = 1'});
	assert.equal([path, version], ['/x', 1]);
});

test('name file and line where they are not TOML, and the step to take', () => {
	const mistakeIn = (path: string): UsageError => {
		try {
			parseSettings({path, text: 'a = 1\na = 2'});
		} catch (error) {
			if (error instanceof UsageError) return error;
			throw error;
		}
		throw new Error('took it');
	};
	const inImage = mistakeIn('/usr/lib/a.toml');
	assert.match(inImage.message, /^\/usr\/lib\/a\.toml, line 2: .*, expected TOML$/);
	assert.is(inImage.hint, 'Correct /usr/lib/a.toml in the image and build it again.');
	assert.is(mistakeIn('/etc/a.toml').hint, 'Correct /etc/a.toml.');
});

test("are the machine's own to correct below /etc", () => {
	const {hint} = settingsMistake({path: '/etc/a.toml', text: ''}, 1, {what: 'x', expected: 'y'});
	assert.is(hint, 'Correct /etc/a.toml.');
});

const lines: readonly (readonly [text: string, wanted: string, line: number])[] = [
	['# reference\nreference = 1', 'reference', 2],
	['[install.filesystem.root]\ntype = 1', 'install.filesystem.root.type', 2],
	['x = 1\n[install]\n"filesystem" = {root = {type = 1}}', 'install.filesystem.root.type', 3],
	['[other]\ntype = 1\n[ install ]\n# type = 0\n  type=1', 'install.type', 5],
	['a = [\n"kargs = 1",\n]\nkargs = 2', 'kargs', 4],
	['[[window]]\nday = 1\n\n[[ window ]]\nday = 2', 'window.1.day', 5],
	['[[window]]\n[other]\nday = 1\n[[window]]', 'window.1.day', 4],
	['nothing = 1', 'kargs', 1],
	['[[a]]\nx = 1\n[[a]]\ny = 1\nx = 2', 'a.1.x', 5],
	['[[a]]\n[[a.b]]\nx = 1\n[[a]]\n[[a.b]]\n[[a.b]]\nx = 2', 'a.1.b.1.x', 7],
	['[[a]]\n[a.c]\n[[a]]\n[a.c]\nx = 2', 'a.1.c.x', 5],
	['x = 1\n[[a]]\nx = 2', 'a.0.y', 2],
	['a = [{x = 1}, {x = 2}]', 'a.1.x', 1],
];
for (const [text, wanted, line] of lines)
	test(`have ${wanted} on line ${line} of ${JSON.stringify(text)}`, () => {
		assert.is(lineOfKey(text, wanted.split('.')), line);
	});

test('have keys in quotes that hold dots', () => {
	const text = '[aliases]\n"a.b" = 1\n\'c.d/e\' = 2';
	assert.is(lineOfKey(text, ['aliases', 'a.b']), 2);
	assert.is(lineOfKey(text, ['aliases', 'c.d/e']), 3);
});

test('find the line of a key behind headers, dots, quotes and inline tables', () => {
	const wanted = ['install', 'filesystem', 'root', 'type'];
	const cases: readonly (readonly [text: string, line: number])[] = [
		['[install.filesystem.root]\ntype = 1', 2],
		['[install]\nkargs = []\nfilesystem.root.type = 1', 3],
		['x = 1\n[install]\n"filesystem" = {root = {type = 1}}', 3],
		['[other]\ntype = 1\n[ install . filesystem . root ]\n# type = 0\n  type=1', 5],
		['nothing = 1', 1],
	];
	for (const [text, line] of cases) assert.is(lineOfKey(text, wanted), line, text);
});

test.run();
