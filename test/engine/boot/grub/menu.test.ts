import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {formatMediumMenu, formatMenu, menuEntries} from '../../../../engine/boot/grub/menu.ts';

const test = suite("GRUB's menu");

const head = `# Made by slipway of loader/entries, and made again whenever those change.
if serial --unit=0 --speed=115200; then
	terminal_input console serial
	terminal_output console serial
fi
if load_env; then set counts=yes; fi
set timeout=3
`;
const choice = `for number in $good $uncounted $spent; do
	if [ -z "$default" ]; then set default="$number"; else set fallback="$fallback $number"; fi
done
`;

/** The entries of a partition with these files: name, sequence, kernel arguments. */
function entriesOf(
	...files: readonly (readonly [name: string, sequence: number, options?: string])[]
) {
	const entryTexts = new Map(
		files.map(([name, sequence, options = 'quiet']) => [
			`slipway-3f2a9c1b4d5e.${name}.conf`,
			`title My OS\nversion ${sequence}\nlinux /a/linux\ninitrd /a/initrd\noptions ${options}\n`,
		]),
	);
	return menuEntries({entryTexts, kernels: new Map(), unfinished: []});
}

test('boots the newest that has attempts left, and counts them', () => {
	assert.is(
		formatMenu(entriesOf(['0', 1], ['1+2-1', 2])),
		`${head}set made=1
for made_now in 2 3 4; do if [ "$tried_3f2a9c1b4d5e_1_2" = "$made_now" ]; then set made="$made_now"; fi; done
set made_0="$made"
if [ "$made" = 3 -o "$made" = 4 ]; then set spent="$spent 0"; elif [ "$counts" = yes ]; then set good="$good 0"; else set uncounted="$uncounted 0"; fi
set good="$good 1"
${choice}menuentry 'My OS' --id slipway-3f2a9c1b4d5e.1 {
	set tried_3f2a9c1b4d5e_1_2=4
	if [ "$made_0" = 1 ]; then set tried_3f2a9c1b4d5e_1_2=2; fi
	if [ "$made_0" = 2 ]; then set tried_3f2a9c1b4d5e_1_2=3; fi
	if [ "$made_0" = 3 ]; then set tried_3f2a9c1b4d5e_1_2=4; fi
	save_env tried_3f2a9c1b4d5e_1_2
	linux '/a/linux' 'quiet' slipway.attempt="$tried_3f2a9c1b4d5e_1_2"
	initrd '/a/initrd'
}
menuentry 'My OS' --id slipway-3f2a9c1b4d5e.0 {
	linux '/a/linux' 'quiet'
	initrd '/a/initrd'
}
`,
	);
});

test('is empty without entries', () => {
	assert.is(formatMenu([]), `${head}${choice}`);
});

test('has an entry that was given up where its sequence puts it, and it is known for that', () => {
	const menu = formatMenu(entriesOf(['1', 1], ['2+0-3', 2], ['3', 3]));
	assert.equal(menu.match(/(?<=--id slipway-3f2a9c1b4d5e\.)\d/g), ['3', '2', '1']);
	assert.match(menu, 'set made=3\nfor made_now in 4; do');
	assert.match(menu, 'if [ "$made" = 3 -o "$made" = 4 ]; then set spent="$spent 1"; elif');
});

test('has one entry for a deployment of which a crash left two files', () => {
	assert.equal(
		entriesOf(['1+2-1', 2], ['1+3', 2]).map(({deploymentId}) => deploymentId),
		['3f2a9c1b4d5e.1'],
	);
});

test('takes arguments as they are, whatever is in them', () => {
	const options = 'a="b c" dyndbg="file x.c +p; y" \'$z {}\' "d e"';
	assert.match(
		formatMenu(entriesOf(['0', 1, options])),
		`linux '/a/linux' 'a=b c' 'dyndbg=file x.c +p; y' ''\\''$z' '{}'\\''' 'd e'\n`,
	);
});

test('of a medium counts nothing', () => {
	assert.is(
		formatMediumMenu(
			[{title: 'Live', linux: '/live/linux', initrd: ['/i', '/j'], options: 'a b'}],
			5,
		),
		`if serial --unit=0 --speed=115200; then
	terminal_input console serial
	terminal_output console serial
fi
set timeout=5
menuentry 'Live' {
	linux '/live/linux' 'a' 'b'
	initrd '/i' '/j'
}
`,
	);
});

test('waits as long as systemd-boot does', () => {
	const waits: readonly (readonly [string, number])[] = [
		['default slipway-*\n', 3],
		['timeout 10\ndefault slipway-*\n', 10],
		['timeout 0', 0],
		['timeout menu-hidden', 0],
		['timeout menu-force', -1],
		['timeout 5;reboot', 0],
	];
	for (const [settings, seconds] of waits)
		assert.match(formatMenu([], settings), `\nset timeout=${seconds}\n`);
});

test.run();
