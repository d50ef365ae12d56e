import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {ImageTree} from '../../../../installer/bootstrap/image-tree.ts';
import {carriedShell, parseShells} from '../../../../installer/takeover/carry/user-shell.ts';
import {debian, type MadeImage, makeTree} from '../../bootstrap/planned.ts';

const test = suite('shells of users');

const listed = parseShells('# shells\n/bin/bash\n/usr/bin/fish\n/bin/rbash\n/usr/bin/git-shell\n');
const shellIn = (image: MadeImage, shell: string) =>
	carriedShell({name: 'me', shell}, listed, new ImageTree(makeTree(image), new Map()));
const closing = {...debian, '/usr/sbin/nologin': 'x'};

const usual = {shell: undefined, left: []};
const cases: readonly (readonly [shell: string, after: ReturnType<typeof carriedShell>])[] = [
	['', usual],
	['/bin/bash', {shell: '/bin/bash', left: []}],
	['/usr/bin/fish', {...usual, left: ['me gets the usual shell: the image has no /usr/bin/fish']}],
	['/bin/false', {shell: '/usr/sbin/nologin', left: []}],
	...['/bin/rbash', '/usr/bin/git-shell', '/usr/bin/zsh', '/opt/menu'].map(
		(shell) =>
			[
				shell,
				{shell: '/usr/sbin/nologin', left: [`me cannot log in: the image has no ${shell}`]},
			] as const,
	),
];

test('are the same, or the usual one, or none', () => {
	for (const [shell, after] of cases) assert.equal(shellIn(closing, shell), after, shell);
});

test('are refused where the image has nothing that lets nobody in', () => {
	assert.is(shellIn(debian, '/bin/rbash').shell, '/bin/rbash');
});

test.run();
