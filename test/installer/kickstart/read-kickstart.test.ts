import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {isKickstart, readKickstart} from '../../../installer/kickstart/read-kickstart.ts';
import {hashPassword, read, said} from './reading.ts';

const test = suite('kickstart');
const options = {hashPassword, isLenient: false};

test('says where a mistake in an included file is, in the order of reading', () => {
	const files = {
		'b.ks': 'lang C\n%include c.ks\nbad2\n',
		'c.ks': '\n  bad1\n',
		'https://example.com/d.ks': 'bad3 # here\n',
	};
	const text = 'lang C\n%include b.ks\nbad4\n%ksappend https://example.com/d.ks\n';
	const unknown = (name: string) => `unknown command "${name}", expected a command of kickstart`;
	assert.equal(said(read(text, {files})), [
		`c.ks:2:3, included from b.ks:2:1, included from a.ks:2:1: ${unknown('bad1')}`,
		`b.ks:3:1, included from a.ks:2:1: ${unknown('bad2')}`,
		`a.ks:3:1: ${unknown('bad4')}`,
		`https://example.com/d.ks:1:1, included from a.ks:4:1: ${unknown('bad3')}`,
	]);
});

test('reads what sections include, too', () => {
	const files = {'b.sh': 'echo b\n%include c.sh\n', 'c.sh': '# c\n', 'd.sh': 'echo d\n%end\n'};
	const {answers} = read('%post\necho a\n%include b.sh\n  %foo\n%end\n', {files});
	assert.is(answers.scripts.post[0]?.text, 'echo a\necho b\n# c\n  %foo\n');
	assert.equal(said(read('%post\n%include d.sh\n%end\n', {files})), [
		'd.sh:2:1, included from a.ks:2:1: the end or begin of a section in a file that a section includes, expected lines of that section alone',
	]);
});

test('refuses loops, and more files than anybody has', () => {
	const loop = {'b.ks': '%include c.ks\n', 'c.ks': '%include b.ks\n'};
	assert.equal(said(read('%include b.ks\n', {files: loop})), [
		'c.ks:1:1, included from b.ks:1:1, included from a.ks:1:1: %include is a file that includes this one, expected another file',
	]);
	assert.equal(said(read('%include a.ks\n')), [
		'a.ks:1:1: %include is a file that includes this one, expected another file',
	]);
	const names = Array.from({length: 20}, (_, level) => [
		`${level}`,
		`%include ${level + 1}\n%include ${level + 1}\n`,
	]);
	const bomb = read('%include 0\n', {files: {...Object.fromEntries(names), 20: ''}});
	assert.equal(
		bomb.mistakes.map(({found, expected}) => `${found}: ${expected}`),
		['one too many: at most 256'],
	);
});

test('takes sections as far as they go', () => {
	const lines: readonly [text: string, said: readonly string[]][] = [
		['%post\necho\n', ['a.ks:1:1: %post without its end, expected a line %end']],
		['%pre\n%post\n%end\n', ['a.ks:1:1: %pre without its end, expected a line %end']],
		['%end\n', ['a.ks:1:1: %end without a section, expected a command']],
		[
			'%pots\nrm -rf /\n%end\nlang C\n',
			[
				'a.ks:1:1: unknown section "%pots", expected %pre, %pre-install, %post, %onerror, %traceback, %packages, %addon, %certificate, %anaconda; did you mean %post?',
			],
		],
		[
			'%post --nochrot\n%end\n',
			[
				'a.ks:1:7: unknown option --nochrot of %post, expected --erroronfail, --interpreter, --log, --logfile, --nochroot; did you mean --nochroot?',
			],
		],
		['%packages\n# none\n\n%end\n', ['note 1: %packages is empty and changes nothing']],
		[
			'%anaconda\npwpolicy root\n%end\n',
			['a.ks:1:1: %anaconda, gone from kickstart since Fedora 35, expected nothing'],
		],
		['%include\n', ['a.ks:1:1: %include is without one file, expected one path or URL']],
		[
			'lang C \\\n',
			['a.ks:1:8: a backslash at the end of the line, expected the whole command in one line'],
		],
		[
			'rootpw --lock x#y\n',
			[
				'warning a.ks:1:15: rootpw is a password in plain text, expected a hash such as "openssl passwd -6" prints',
				'warning a.ks:1:16: # inside a word, where a comment begins, expected quotes around the word',
			],
		],
	];
	for (const [text, expected] of lines) assert.equal(said(read(text)), expected, text);
});

test('takes our own addon as a part of a configuration', () => {
	const addon = '%addon slipway\n[updates]\nmode = "stage"\n\n[system]\nhostnam = "x"\n%end\n';
	const {answers, mistakes} = read(addon);
	assert.is(answers.updates.mode, 'stage');
	assert.equal(
		mistakes.map(({line, column, suggestion}) => ({line, column, suggestion})),
		[{line: 6, column: 1, suggestion: 'hostname'}],
	);
	assert.equal(said(read('%addon org_fedora_oscap\nx\n%end\n')), [
		'note 1: %addon org_fedora_oscap changes nothing',
	]);
	assert.equal(said(read('%addon com_redhat_kdump --disable\n%end\n')), [
		'a.ks:1:1: %addon is "com_redhat_kdump", expected slipway',
	]);
	assert.equal(said(read('%addon com_example\n%end\n')), [
		'warning a.ks:1:1: %addon is "com_example", expected slipway',
	]);
});

test('runs nothing of a file with mistakes', async () => {
	const effects = {
		readInclude: async () => undefined,
		runPre: async () => assert.unreachable('%pre ran'),
	};
	const text = '%pre\ntouch x\n%end\n%include /tmp/x\nbad\n';
	const reading = await readKickstart({path: 'a.ks', text}, options, effects);
	assert.equal(said(reading), ['a.ks:5:1: unknown command "bad", expected a command of kickstart']);
});

test('is told from other configurations by name and content', () => {
	const kickstarts = [
		['site.ks', ''],
		['-', 'lang en_US\nrootpw --lock\n'],
		['https://example.com/ks.cfg', '# x\n%pre\n%end\n'],
		['ks.cfg', 'text\nclearpart --all\n'],
	] as const;
	for (const [name, text] of kickstarts) assert.ok(isKickstart(text, name), name);
	const others = [
		['site.toml', '%pre\n'],
		['-', 'version = 1\nnetwork = {}\n[system]\nlang = "x"\n'],
		['-', '{"version": 1}'],
		['-', ''],
	] as const;
	for (const [name, text] of others) assert.not(isKickstart(text, name), text);
});

test.run();
