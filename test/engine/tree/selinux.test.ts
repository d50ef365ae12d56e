import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {escapeField} from '../../../engine/erofs/dump-escapes.ts';
import {parseDump} from '../../../engine/erofs/dump-parser.ts';
import {DamagedInput, Refused} from '../../../engine/errors.ts';
import {readFileContexts, relabel} from '../../../engine/tree/selinux.ts';
import type {Directory, Inode} from '../../../engine/tree/tree.ts';

const test = suite('SELinux labels');

const folder = '/etc/selinux/targeted/contexts/files';

function lineOf(path: string, content: string): string {
	const field = content === '' ? '-' : escapeField(content);
	return `${path} ${content.length} 100644 1 0 0 0 1.0 - ${field} -`;
}

/** A tree with a policy of these files, and more lines of a dump. */
function treeWith(
	files: Readonly<Record<string, string>>,
	more: readonly string[],
	config = 'SELINUX=enforcing\nSELINUXTYPE=targeted\n',
): Directory {
	const folders = [
		'',
		'/etc',
		'/etc/selinux',
		'/etc/selinux/targeted',
		`${folder.slice(0, -6)}`,
		folder,
	];
	const dump = [
		...folders.map((path) => `${path || '/'} 0 40755 2 0 0 0 1.0`),
		lineOf('/etc/selinux/config', config),
		...Object.entries(files).map(([name, content]) => lineOf(`${folder}/${name}`, content)),
		...more,
	];
	return parseDump(Buffer.from(`${dump.join('\n')}\n`, 'latin1'));
}

function inodeAt(root: Directory, path: string): Inode | undefined {
	let inode: Inode | undefined = root;
	for (const name of path.split('/').filter(Boolean))
		inode = inode?.type === 'directory' ? inode.children.get(name) : undefined;
	return inode;
}

function labelOf(root: Directory, path: string): string | undefined {
	return inodeAt(root, path)?.xattrs?.get('security.selinux')?.toString('latin1');
}

function noContent(): Buffer {
	throw new Error('all contents are in the tree');
}

async function label(root: Directory): Promise<Directory> {
	relabel(root, await readFileContexts(root, noContent));
	return root;
}

const directory = (path: string) => `${path} 0 40755 2 0 0 0 1.0 - - -`;
const file = (path: string) => `${path} 0 100644 1 0 0 0 1.0 - - -`;

test('the last line that matches gives the label, .local and .homedirs being last', async () => {
	const root = await label(
		treeWith(
			{
				file_contexts:
					'# comment\n\n/.*\tdefault_t\n/\troot_t\n  /usr(/.*)?   usr_t  \n/usr/bin(/.*)? bin_t\n/usr/bin/sh -- shell_t',
				'file_contexts.local': '/usr/local(/.*)? local_t\n/home(/.*)? local_t\n',
				'file_contexts.homedirs': '/home/[^/]+ -d home_dir_t\n',
			},
			['/usr', '/usr/bin', '/usr/local', '/home', '/home/a', '/home/a/b']
				.map(directory)
				.concat(['/usr/bin/sh', '/usr/bin/other', '/usr/local/f', '/home/f'].map(file)),
		),
	);
	const labels = {
		'/': 'root_t',
		'/etc': 'default_t',
		'/usr': 'usr_t',
		'/usr/bin': 'bin_t',
		'/usr/bin/sh': 'shell_t',
		'/usr/bin/other': 'bin_t',
		'/usr/local': 'local_t',
		'/usr/local/f': 'local_t',
		'/home': 'local_t',
		'/home/f': 'local_t',
		'/home/a': 'home_dir_t',
		'/home/a/b': 'local_t',
	};
	for (const [path, expected] of Object.entries(labels))
		assert.is(labelOf(root, path), expected, path);
});

test('a line may be for one type of file only', async () => {
	const kinds = {
		b: '60600',
		c: '20600',
		d: '40755',
		p: '10600',
		l: '120777',
		s: '140755',
		'-': '100644',
	};
	const root = await label(
		treeWith(
			{
				file_contexts: Object.keys(kinds)
					.map((code) => `/x/.* -${code} type_${code}`)
					.join('\n'),
			},
			[
				directory('/x'),
				...Object.values(kinds).map(
					(mode) => `/x/${mode} 0 ${mode} 1 0 0 5 1.0 ${mode === '120777' ? 't' : '-'} - -`,
				),
			],
		),
	);
	for (const [code, mode] of Object.entries(kinds))
		assert.is(labelOf(root, `/x/${mode}`), `type_${code}`);
	assert.is(labelOf(root, '/x'), undefined);
});

test('what has no label, or <<none>>, loses the one that it had and keeps all else', async () => {
	const root = await label(
		treeWith({file_contexts: '/a(/.*)? a_t\n/a/none <<none>>\n'}, [
			`${directory('/a')} security.selinux=old`,
			`${file('/a/none')} security.selinux=old user.x=1`,
			`${file('/b')} security.selinux=old`,
		]),
	);
	assert.is(labelOf(root, '/a'), 'a_t');
	assert.equal(inodeAt(root, '/a/none')?.xattrs, new Map([['user.x', Buffer.from('1')]]));
	assert.is(inodeAt(root, '/b')?.xattrs, undefined);
});

test('an alias is labelled, with all below it, as if it were the original', async () => {
	const root = await label(
		treeWith(
			{
				file_contexts: '/home(/.*)? home_t\n/srv(/.*)? srv_t\n/run/x(/.*)? run_t\n',
				'file_contexts.subs': '/srv/home /home\n# comment\n',
				'file_contexts.subs_dist': '/var/run /run\n/one /home/one\n',
			},
			[
				...['/srv', '/srv/home', '/srv/home/u', '/var', '/var/run', '/var/run/x'].map(directory),
				file('/srv/home/u/f'),
				file('/var/run/x/f'),
				file('/one'),
			],
		),
	);
	const labels = {
		'/srv': 'srv_t',
		'/srv/home': 'home_t',
		'/srv/home/u': 'home_t',
		'/srv/home/u/f': 'home_t',
		'/var/run': undefined,
		'/var/run/x/f': 'run_t',
		'/one': 'home_t',
	};
	for (const [path, expected] of Object.entries(labels))
		assert.is(labelOf(root, path), expected, path);
});

test('names of a hard link that would have other labels than the first are parted', async () => {
	const root = await label(
		treeWith({file_contexts: '/a(/.*)? a_t\n/b(/.*)? b_t\n'}, [
			directory('/a'),
			directory('/b'),
			`/b/1 0 100644 4 0 0 0 1.0 - - - user.x=1`,
			...['/b/2', '/a/z', '/a/y'].map((path) => `${path} 0 @100644 - - - - 0.0 /b/1 - -`),
		]),
	);
	const [y, z, b1, b2] = ['/a/y', '/a/z', '/b/1', '/b/2'].map((path) => inodeAt(root, path));
	assert.is(y, z);
	assert.equal(
		['/a/y', '/b/1', '/b/2'].map((path) => labelOf(root, path)),
		['a_t', 'b_t', 'b_t'],
	);
	// So does composefs-rs: they part from the first name, and so from each other.
	assert.is.not(b1, b2);
	assert.is.not(b1, y);
	assert.equal(b1?.xattrs?.get('user.x'), Buffer.from('1'));
});

test('without a policy every label is removed', async () => {
	for (const config of [undefined, '', 'SELINUX=disabled\n', '#SELINUXTYPE=x\n']) {
		const root =
			config === undefined
				? parseDump(Buffer.from('/ 0 40755 2 0 0 0 1.0 - - - security.selinux=old\n'))
				: treeWith({}, [`${file('/f')} security.selinux=old`], config);
		await label(root);
		assert.is(labelOf(root, '/'), undefined);
		assert.is(labelOf(root, '/f'), undefined);
	}
});

test('the first SELINUXTYPE counts, whatever its case', async () => {
	const root = treeWith(
		{file_contexts: '/ root_t\n'},
		[],
		'# SELINUXTYPE=no\n SelinuxType = targeted \nSELINUXTYPE=other\n',
	);
	await label(root);
	assert.is(labelOf(root, '/'), 'root_t');
});

test('patterns are of bytes, and a dot is any of them', async () => {
	const root = await label(
		treeWith(
			{
				file_contexts:
					'/x/caf\xc3\xa9 utf8_t\n/x/a.b any_t\n/x/[[:digit:]]+ digits_t\n/x/\\+\\(? plus_t\n',
			},
			[
				directory('/x'),
				...['/x/caf\\xc3\\xa9', '/x/a\\nb', '/x/a\\xffb', '/x/12', '/x/+', '/x/+('].map(file),
			],
		),
	);
	assert.is(labelOf(root, '/x/caf\xc3\xa9'), 'utf8_t');
	assert.is(labelOf(root, '/x/a\nb'), 'any_t');
	assert.is(labelOf(root, '/x/a\xffb'), 'any_t');
	assert.is(labelOf(root, '/x/12'), 'digits_t');
	assert.is(labelOf(root, '/x/+'), 'plus_t');
	assert.is(labelOf(root, '/x/+('), 'plus_t');
});

async function rejects(
	root: Directory,
	kind: typeof DamagedInput | typeof Refused,
	message: RegExp,
): Promise<void> {
	try {
		await readFileContexts(root, noContent);
	} catch (error) {
		assert.instance(error, kind);
		assert.match(String(error), message);
		return;
	}
	assert.unreachable('was not refused');
}

const damaged: [string, string, RegExp][] = [
	['a pattern alone', '/usr\n', /file_contexts line 1: 1 words/],
	['a word too much', '\n/usr -d usr_t more\n', /line 2: 4 words/],
	['an unknown type', '/usr -x usr_t\n', /unknown file type -x/],
	['a type without a label', '/usr -d\n', /line 1: 2 words/],
	['an open parenthesis', '/usr(/.* usr_t\n', /not a pattern: \/usr\(/],
	[
		'an escape with another meaning',
		'/usr\\A usr_t\n',
		/\\A in the pattern \/usr\\A is not supported/,
	],
	['an unknown class', '/[[:word:]] usr_t\n', /\[:word:\] in the pattern/],
];
for (const [what, contexts, message] of damaged) {
	test(`refuses a policy with ${what}`, () =>
		rejects(treeWith({file_contexts: contexts}, []), DamagedInput, message));
}

test('refuses a policy with half an alias', () =>
	rejects(
		treeWith({file_contexts: '', 'file_contexts.subs': '/a /b\n/alone\n'}, []),
		DamagedInput,
		/file_contexts.subs line 2: 1 words, not ALIAS and ORIGINAL/,
	));

test('refuses a policy that is named but not there', async () => {
	await rejects(treeWith({}, []), Refused, /names a policy without .*\/file_contexts/);
	await rejects(
		parseDump(
			Buffer.from(
				'/ 0 40755 2 0 0 0 1.0\n/etc 0 40755 2 0 0 0 1.0\n/etc/selinux 1 120777 1 0 0 0 1.0 x\n',
			),
		),
		Refused,
		/a symlink on the way to \/etc\/selinux\/config/,
	);
});

test.run();
