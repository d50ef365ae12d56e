/** Users and groups that a new image brings to a machine with a passwd and group of its own. */
import {
	chmodSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {bootShells, runBootShell} from './boot-shell.ts';

type Files = Readonly<Record<string, string>>;

const test = suite<{folder: string}>('accounts of an image');

test.before.each((context) => {
	context.folder = mkdtempSync(path.join(tmpdir(), 'accounts-'));
	for (const name of ['image', 'etc', 'source']) mkdirSync(path.join(context.folder, name));
});
test.after.each(({folder}) => rmSync(folder, {recursive: true}));

function write(folder: string, files: Files): void {
	for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
}

function readAll(folder: string): Files {
	return Object.fromEntries(
		readdirSync(folder)
			.sort()
			.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
	);
}

const image = {
	passwd: 'root:x:0:0:root:/root:/bin/sh\ngames:x:5:60::/:/bin/no\nweb:x:990:990::/:/bin/no\n',
	group: 'root:x:0:\ngames:x:60:\ncert:x:101:web,root\nweb:x:990:\n',
	shadow: 'root:*:1::::::\ngames:*:1::::::\nweb:!:1::::::\n',
	gshadow: 'root:*::\ngames:*::\ncert:!::web,root\nweb:!::\n',
};
/** Before `web` came. */
const known = {
	'image-users': 'root\ngames\n',
	'image-groups': 'root\ngames\ncert\n',
};
const machine = {
	passwd: 'root:x:0:0:boss:/root:/bin/zsh\nada:x:1000:1000::/home/ada:/bin/sh\n',
	group: 'root:x:0:\ncert:x:333:ada\nada:x:1000:\n',
	shadow: 'root:$6$x:1::::::\nada:$6$y:1::::::\n',
	gshadow: 'root:*::\ncert:!::ada\nada:!::\n',
};

interface Case {
	readonly title: string;
	readonly image?: Files;
	readonly known?: Files;
	readonly machine: Files;
	readonly after: Files;
	readonly said?: readonly string[];
	/** Whether what is left out stays so: its user has come, and is no new one any more. */
	readonly isFinal?: boolean;
	/** What is noted of the image when it is not all its names. */
	readonly recorded?: Files;
}

const cases: readonly Case[] = [
	{
		title: 'come to the end of each file, into the groups of the image, and change nobody else',
		machine,
		after: {
			passwd: `${machine.passwd}web:x:990:990::/:/bin/no\n`,
			group: 'root:x:0:\ncert:x:333:ada,web\nada:x:1000:\nweb:x:990:\n',
			shadow: `${machine.shadow}web:!:1::::::\n`,
			gshadow: 'root:*::\ncert:!::ada,web\nada:!::\nweb:!::\n',
		},
	},
	{
		title: 'are all that are missing when it is not known who was deleted',
		known: {},
		machine: {passwd: machine.passwd, group: machine.group},
		after: {
			passwd: `${machine.passwd}games:x:5:60::/:/bin/no\nweb:x:990:990::/:/bin/no\n`,
			group: 'root:x:0:\ncert:x:333:ada,web\nada:x:1000:\ngames:x:60:\nweb:x:990:\n',
		},
	},
	{
		title: 'need no copy of what the machine has not changed',
		machine: {group: machine.group},
		after: {group: 'root:x:0:\ncert:x:333:ada,web\nada:x:1000:\nweb:x:990:\n'},
	},
	{
		title: 'give nobody a group back when it is not known who is new',
		known: {},
		machine: {group: 'root:x:0:\ncert:x:333:\n'},
		after: {group: 'root:x:0:\ncert:x:333:\ngames:x:60:\nweb:x:990:\n'},
	},
	{
		title: 'get the subordinate numbers of the image, which those who were here do not',
		image: {
			...image,
			subuid: 'games:100000:65536\nweb:165536:65536\nweb:500000:10\n',
			subgid: 'web:165536:65536\n',
		},
		machine: {
			passwd: machine.passwd,
			group: machine.group,
			subuid: 'ada:100000:65536\n',
			subgid: 'ada:100000:65536',
		},
		after: {
			passwd: `${machine.passwd}web:x:990:990::/:/bin/no\n`,
			group: 'root:x:0:\ncert:x:333:ada,web\nada:x:1000:\nweb:x:990:\n',
			subuid: 'ada:100000:65536\nweb:165536:65536\nweb:500000:10\n',
			subgid: 'ada:100000:65536\nweb:165536:65536\n',
		},
	},
	{
		title: 'get no subordinate numbers that somebody has here, nor what are none',
		image: {
			...image,
			subuid: 'web:165535:1\n',
			subgid: 'web:09:1\nweb:1:99999999999999999999\nweb:x:\nweb\nweb:165536:1\n',
		},
		machine: {
			passwd: machine.passwd,
			subuid: '# by hand\nodd:x:y\nada:100000:65536\n',
			subgid: 'ada:100000:65536\n',
		},
		after: {
			passwd: `${machine.passwd}web:x:990:990::/:/bin/no\n`,
			subuid: '# by hand\nodd:x:y\nada:100000:65536\n',
			subgid: 'ada:100000:65536\nweb:165536:1\n',
		},
		said: [
			'subuid entry web of the image is left out: its numbers are those of ada here',
			'subgid entry web of the image is left out: it names no range of numbers',
			'subgid entry web of the image is left out: it names no range of numbers',
			'subgid entry web of the image is left out: it names no range of numbers',
		],
		isFinal: true,
	},
	{
		title: 'are there already',
		machine: image,
		after: image,
	},
	{
		title: 'are left out when their number is that of another user',
		machine: {...machine, passwd: `${machine.passwd}bob:x:990:1000::/:/bin/sh\n`},
		after: {
			passwd: `${machine.passwd}bob:x:990:1000::/:/bin/sh\n`,
			group: `${machine.group}web:x:990:\n`,
			shadow: machine.shadow,
			gshadow: `${machine.gshadow}web:!::\n`,
		},
		said: ['passwd entry web of the image is left out: number 990 is user bob here'],
		recorded: {'image-users': 'root\ngames\n'},
	},
	{
		title: 'are left out when their group has the number of another one',
		machine: {...machine, group: `${machine.group}bobs:x:990:bob\n`},
		after: {...machine, group: `${machine.group}bobs:x:990:bob\n`},
		said: [
			'group entry web of the image is left out: number 990 is group bobs here',
			'passwd entry web of the image is left out: its group, number 990, is web in the image and bobs here',
		],
		recorded: {'image-users': 'root\ngames\n', 'image-groups': 'root\ngames\ncert\n'},
	},
	{
		title: 'are left out when their group has another number here',
		machine: {...machine, group: `${machine.group}web:x:444:\n`},
		after: {
			...machine,
			group: `${machine.group}web:x:444:\n`,
			gshadow: `${machine.gshadow}web:!::\n`,
		},
		said: [
			'passwd entry web of the image is left out: its group, number 990, is web in the image and nameless here',
		],
		recorded: {'image-users': 'root\ngames\n'},
	},
	{
		title: 'may share a number with each other',
		image: {passwd: 'web:x:990:0::/:\nweb2:x:990:0::/:\n', group: 'root:x:0:\n'},
		known: {},
		machine: {passwd: 'root:x:0:0::/:\n'},
		after: {passwd: 'root:x:0:0::/:\nweb:x:990:0::/:\nweb2:x:990:0::/:\n'},
	},
	{
		title: 'are names and not patterns',
		image: {group: 'a.c:x:7:\n*:x:8:\n', passwd: ''},
		known: {},
		machine: {group: 'abc:x:1:\n'},
		after: {group: 'abc:x:1:\na.c:x:7:\n*:x:8:\n'},
	},
	{
		title: 'come also where the last line does not end',
		image: {group: 'root:x:0:\nweb:x:990:', passwd: ''},
		known: {},
		machine: {group: 'root:x:0:\nada:x:1000:'},
		after: {group: 'root:x:0:\nada:x:1000:\nweb:x:990:\n'},
	},
	{
		title: 'are no comments, blank lines or references to other databases',
		image: {group: '# web:x:1:\n\n+:::\n-bad:::\n:x:2:\nnonsense\nweb:x:990:\n', passwd: ''},
		known: {},
		machine: {group: '+:::\n'},
		after: {group: '+:::\nweb:x:990:\n'},
	},
	{
		title: 'do not come to a machine without files of its own',
		machine: {},
		after: {},
	},
];

function namesIn(text = ''): string {
	const names = text.split('\n').map((line) => line.split(':')[0]);
	return names.flatMap((name) => (name === '' ? [] : `${name}\n`)).join('');
}

const add = 'add_accounts "$1" "$2" "$3" && record_accounts "$1" "$3"';

for (const shell of bootShells) {
	const run = (folder: string) =>
		runBootShell(
			shell,
			add,
			['image', 'etc', 'source'].map((name) => path.join(folder, name)),
		);

	for (const one of cases)
		test(`${shell[0]}: new users ${one.title}`, ({folder}) => {
			const theirs = one.image ?? image;
			write(path.join(folder, 'image'), theirs);
			write(path.join(folder, 'etc'), one.machine);
			write(path.join(folder, 'source'), one.known ?? known);
			const ending = run(folder);
			assert.equal(ending, {status: 0, said: one.said ?? [], stderr: ''});
			assert.equal(readAll(path.join(folder, 'etc')), one.after);
			assert.equal(readAll(path.join(folder, 'source')), {
				'image-groups': namesIn(theirs.group),
				'image-users': namesIn(theirs.passwd),
				...one.recorded,
			});
			if (one.said === undefined) return;
			// Who was left out is tried again by the next update, and said again.
			assert.equal(run(folder), one.isFinal ? {...ending, said: []} : ending);
			assert.equal(readAll(path.join(folder, 'etc')), one.after);
		});

	test(`${shell[0]}: keeps the mode of a file, and other names of it as they are`, ({folder}) => {
		const etc = path.join(folder, 'etc');
		write(path.join(folder, 'image'), image);
		write(etc, machine);
		chmodSync(path.join(etc, 'shadow'), 0o640);
		linkSync(path.join(etc, 'shadow'), path.join(etc, 'shadow-'));
		assert.is(run(folder).status, 0);
		assert.is(statSync(path.join(etc, 'shadow')).mode & 0o777, 0o640);
		assert.is(readFileSync(path.join(etc, 'shadow-'), 'utf8'), machine.shadow);
	});

	test(`${shell[0]}: does not follow a link`, ({folder}) => {
		const etc = path.join(folder, 'etc');
		write(path.join(folder, 'image'), image);
		write(folder, {elsewhere: machine.passwd});
		symlinkSync('../elsewhere', path.join(etc, 'passwd'));
		assert.equal(run(folder), {status: 0, said: [], stderr: ''});
		assert.is(readFileSync(path.join(folder, 'elsewhere'), 'utf8'), machine.passwd);
	});

	test(`${shell[0]}: fails where it cannot write`, ({folder}) => {
		const etc = path.join(folder, 'etc');
		write(path.join(folder, 'image'), image);
		write(etc, machine);
		mkdirSync(path.join(etc, 'group.slipway-new/group'), {recursive: true});
		const {status, said} = run(folder);
		assert.equal([status === 0, said], [false, []]);
		assert.is(readFileSync(path.join(etc, 'group'), 'utf8'), machine.group);
	});
}

test.run();
