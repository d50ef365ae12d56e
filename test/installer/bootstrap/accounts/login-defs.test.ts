import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readLoginDefaults} from '../../../../installer/bootstrap/accounts/login-defs.ts';
import {ImageTree} from '../../../../installer/bootstrap/image-tree.ts';
import {type MadeImage, makeTree} from '../planned.ts';

const test = suite('how an image makes users');
const read = (image: MadeImage) => readLoginDefaults(new ImageTree(makeTree(image), new Map()));

test('is what shadow says, without a word of the image', () => {
	const count = 65_536;
	const range = {first: 100_000, last: 600_100_000, count};
	assert.equal(read({}), {
		uids: {first: 1000, last: 60_000},
		gids: {first: 1000, last: 60_000},
		subordinate: {uids: range, gids: range},
		passwordAging: ['', '', ''],
		homeMode: 0o755,
		homes: '/home',
		shell: '/bin/sh',
	});
});

test('is what the image says', () => {
	const {uids, homeMode, homes, shell, passwordAging} = read({
		'/etc/login.defs':
			'# UID_MIN 1\nUID_MIN\t\t 0x200 # why\n UID_MAX 700\nUMASK 027\nPASS_MAX_DAYS 90\nGID_MIN x\n',
		'/etc/default/useradd': 'HOME=/var/people\nSHELL=/bin/zsh\n',
	});
	assert.equal(
		{uids, homeMode, homes, shell, passwordAging},
		{
			uids: {first: 512, last: 700},
			homeMode: 0o750,
			homes: '/var/people',
			shell: '/bin/zsh',
			passwordAging: ['', '90', ''],
		},
	);
});

test.run();
