import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readConfig} from '../../../installer/config/read-config.ts';
import {cpioArchive} from '../../../installer/live/cpio.ts';
import {configInitramfs, imageFilesOf} from '../../../installer/live/medium-config.ts';

const test = suite('configuration of a medium');

const plain = {
	name: 'site.ks',
	bytes: Buffer.from('lang de'),
	mayWipe: false,
	isLenient: false,
};
const file = (name: string, text = '') => ({
	path: `usr/lib/slipway/config/${name}`,
	mode: 0o600,
	bytes: Buffer.from(text),
});

test('keeps its kind, and how it was read', () => {
	assert.equal(configInitramfs(plain), cpioArchive([file('slipway.ks', 'lang de')]));
	assert.equal(
		configInitramfs({...plain, name: 'site', mayWipe: true, isLenient: true}),
		cpioArchive([file('slipway.cfg', 'lang de'), file('may-wipe'), file('lenient')]),
	);
});

test('tells which files the image has to have, unless a script may bring them', () => {
	const text = `version = 1
registry.auth = {file = "/usr/share/auth.json"}
[credentials]
a = {file = "/etc/a"}
[[files]]
path = "/etc/motd"
content = {file = "/usr/share/motd"}
`;
	const filesIn = (config: string) => {
		const {answers, mistakes} = readConfig(config, 'a.toml');
		assert.equal(mistakes, []);
		return imageFilesOf(answers);
	};
	assert.equal(filesIn(text), ['/usr/share/auth.json', '/etc/a', '/usr/share/motd']);
	assert.equal(filesIn(`${text}[[scripts.pre]]\nrun = "mount /dev/sdb /mnt"\n`), []);
	assert.equal(filesIn('version = 1\n'), []);
});

test.run();
