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
	try {
		parseSettings({path: '/a.toml', text: 'a = 1\na = 2'});
		assert.unreachable('took it');
	} catch (error) {
		assert.instance(error, UsageError);
		const {message, hint} = error as UsageError;
		assert.match(message, /^\/a\.toml, line 2: .*, expected TOML$/);
		assert.is(hint, 'Correct /a.toml in the image and build it again.');
	}
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
];
for (const [text, wanted, line] of lines)
	test(`have ${wanted} on line ${line} of ${JSON.stringify(text)}`, () => {
		assert.is(lineOfKey(text, wanted.split('.')), line);
	});

test.run();
