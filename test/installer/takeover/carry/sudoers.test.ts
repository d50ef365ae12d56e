import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	parseSudoers,
	readSudoers,
	type SudoRule,
	sudoLevel,
} from '../../../../installer/takeover/carry/sudoers.ts';
import {OldTree} from '../old-tree.ts';

const test = suite('rules of sudo');

const rules: readonly (readonly [
	text: string,
	who: readonly string[],
	level: SudoRule['level'],
])[] = [
	['root ALL=(ALL:ALL) ALL', ['root'], 'password'],
	['%sudo\tALL=(ALL:ALL) ALL', ['%sudo'], 'password'],
	['debian ALL=(ALL) NOPASSWD:ALL', ['debian'], 'nopasswd'],
	['me, %ops ALL = ( ALL : ALL ) NOPASSWD: SETENV: ALL # all', ['me', '%ops'], 'nopasswd'],
	['me ALL=(root) PASSWD: ALL', ['me'], 'password'],
	['me ALL=ALL', ['me'], 'password'],
	['me \\\n ALL=(ALL) NOPASSWD: ALL', ['me'], 'nopasswd'],
];

const lesser = [
	'Defaults env_reset',
	'# me ALL=(ALL) ALL',
	'me ALL=(ALL) NOPASSWD: /usr/bin/apt',
	'me host1=(ALL) ALL',
	'me ALL=(www-data) ALL',
	'me ALL=(ALL) ALL, !/usr/bin/su',
	'User_Alias ADMINS = me, you',
	'',
	'\0',
];

test('are those that allow all', () => {
	for (const [text, who, level] of rules) assert.equal(parseSudoers(text), [{who, level}], text);
	for (const text of lesser) assert.equal(parseSudoers(text), [], text);
});

test('count last, for a user or a group of the user', () => {
	const texts = '%sudo ALL=(ALL) NOPASSWD: ALL\nme ALL=(ALL) ALL\n';
	assert.is(sudoLevel(parseSudoers(texts), 'me', ['sudo']), 'password');
	assert.is(sudoLevel(parseSudoers(texts), 'you', ['users', 'sudo']), 'nopasswd');
	assert.is(sudoLevel(parseSudoers(texts), 'sudo', ['me']), 'none');
});

test('are read as sudo reads its files', async () => {
	const files = {
		'etc/sudoers.d/90-cloud-init-users': 'debian ALL=(ALL) NOPASSWD:ALL\n',
		'etc/sudoers.d/old.dpkg-dist': 'a ALL=(ALL) ALL\n',
		'etc/sudoers.d/copy~': 'b ALL=(ALL) ALL\n',
	};
	const own = {who: ['root'], level: 'password'};
	using included = new OldTree({
		...files,
		'etc/sudoers': 'root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n',
	});
	assert.equal(await readSudoers(included.source().old), [
		own,
		{who: ['debian'], level: 'nopasswd'},
	]);
	using alone = new OldTree({...files, 'etc/sudoers': 'root ALL=(ALL) ALL\n'});
	assert.equal(await readSudoers(alone.source().old), [own]);
	using none = new OldTree(files);
	assert.equal(await readSudoers(none.source().old), []);
});

test.run();
