import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noAnswers, type SystemAnswers} from '../../../../installer/answers/answers.ts';
import {directory, file, symlink} from '../../../engine/source/trees.ts';
import {debian, type MadeImage, planned} from '../planned.ts';

const test = suite('settings of a machine');

const units = '/usr/lib/systemd/system';
const image: MadeImage = {
	...debian,
	'/usr/lib/locale/C.utf8': directory(),
	'/usr/lib/locale/de_DE.utf8': directory(),
	'/usr/lib/locale/locale-archive': archiveOf(['en_GB.utf8', 'de_AT', 'de_CH.iso88591']),
	'/usr/share/i18n/SUPPORTED': 'fr_FR.UTF-8 UTF-8\n',
	'/usr/share/keymaps/i386/qwertz/de-latin1.kmap.gz': 'x',
	'/usr/share/keymaps/include/compose.map': 'x',
	'/usr/bin/loadkeys': 'x',
	[`${units}/slipway-console-keymap.service`]: 'x',
	'/etc/systemd/system/multi-user.target.wants/slipway-console-keymap.service': symlink(
		`${units}/slipway-console-keymap.service`,
	),
	'/usr/share/zoneinfo/Europe/Berlin': 'x',
	'/usr/share/zoneinfo/posix/Europe/Berlin': 'x',
	'/etc/timezone': 'Etc/UTC\n',
	'/etc/locale.conf': 'LC_TIME=C\nLANG=C\n',
	'/etc/vconsole.conf': symlink('default/keyboard'),
	'/etc/default/keyboard': 'FONT=x\n',
	'/usr/lib/systemd/systemd-timesyncd': 'x',
};

/** As far as names go. */
function archiveOf(names: readonly string[]) {
	const strings = `${names.join('\0')}\0`;
	const head = Buffer.alloc(60);
	head.writeUInt32LE(0xde02_0109, 0);
	head.writeUInt32LE(60, 20);
	head.writeUInt32LE(strings.length, 24);
	return file(`${head.toString('latin1')}${strings}en_US.utf8\0`);
}

const plan = (system: Partial<SystemAnswers>, tree = image) =>
	planned({system: {...noAnswers.system, ...system}}, tree);

test('lie where systemd looks', () => {
	const {entries, items, problems} = plan({
		hostname: 'web-1.example.com',
		locale: 'de_DE.UTF-8',
		keymap: 'de-latin1',
		timeZone: 'Europe/Berlin',
		ntpServers: ['ntp.example.com', '192.0.2.1'],
	});
	assert.equal(problems, []);
	assert.equal(entries, {
		'/etc/hostname': '644 0:0 web-1.example.com\n',
		'/etc/locale.conf': '644 0:0 LC_TIME=C\nLANG=de_DE.UTF-8\n',
		'/etc/default/keyboard': '644 0:0 FONT=x\nKEYMAP=de-latin1\n',
		'/etc/localtime': '-> ../usr/share/zoneinfo/Europe/Berlin',
		'/etc/timezone': '644 0:0 Europe/Berlin\n',
		'/etc/systemd/timesyncd.conf.d/50-slipway.conf':
			'644 0:0 [Time]\nNTP=\nNTP=ntp.example.com 192.0.2.1\nFallbackNTP=\n',
	});
	assert.equal(items, [
		'host name web-1.example.com | /etc/hostname',
		'locale de_DE.UTF-8 | /etc/locale.conf',
		'keyboard de-latin1 | /etc/default/keyboard',
		'time zone Europe/Berlin | /etc/localtime',
		'time from ntp.example.com, 192.0.2.1 | /etc/systemd/timesyncd.conf.d/50-slipway.conf',
	]);
});

for (const [what, changes, expected] of [
	['itself', {'/etc/vconsole.conf': 'KEYMAP=old\n'}, {'/etc/vconsole.conf': 'KEYMAP=de-latin1\n'}],
	[
		'what a boot makes it a link to, with the layout',
		{
			'/etc/vconsole.conf': 'KEYMAP=old\n',
			'/usr/lib/tmpfiles.d/debian.conf':
				'L+ /etc/mtab - - - - x\nL+ /etc/vconsole.conf  - - -  -  default/keyboard\n',
			'/usr/share/systemd/kbd-model-map':
				'# keymap\nde\t\tde\tpc105\t-\t-\nde-latin1\tde\tpc105\t-\tterminate:ctrl_alt_bksp\n',
		},
		{
			'/etc/default/keyboard':
				'FONT=x\nKEYMAP=de-latin1\nXKBLAYOUT=de\nXKBMODEL=pc105\nXKBVARIANT=\nXKBOPTIONS=terminate:ctrl_alt_bksp\n',
		},
	],
	[
		'itself, where it leads out of /etc',
		{'/etc/vconsole.conf': symlink('/usr/lib/vconsole.conf'), '/usr/lib/vconsole.conf': ''},
		{'/etc/vconsole.conf': 'KEYMAP=de-latin1\n'},
	],
] as const satisfies readonly (readonly [string, MadeImage, Readonly<Record<string, string>>])[])
	test(`have the keyboard where vconsole.conf is kept: ${what}`, () => {
		const {entries, problems} = plan({keymap: 'de-latin1'}, {...image, ...changes});
		const files = Object.entries(expected).map(([place, text]) => [place, `644 0:0 ${text}`]);
		assert.equal([entries, problems], [Object.fromEntries(files), []]);
	});

test('refuse a keymap that nothing would load', () => {
	const {'/usr/bin/loadkeys': _, ...without} = image;
	assert.equal(plan({keymap: 'de-latin1'}, without).problems, [
		'the image has nothing that loads a console keymap',
	]);
	const systemd = {...without, '/usr/lib/systemd/systemd-vconsole-setup': 'x'};
	assert.equal(plan({keymap: 'de-latin1'}, systemd).problems, []);
});

test('change the servers of chrony where the image has that', () => {
	const conf =
		'# Debian\npool 2.debian.pool.example iburst\nsourcedir /run/chrony-dhcp\nrtcsync\n\n';
	const {entries} = plan(
		{ntpServers: ['ntp.example.com']},
		{...image, '/etc/chrony/chrony.conf': conf, '/usr/sbin/chronyd': 'x'},
	);
	assert.equal(entries, {
		'/etc/chrony/chrony.conf': '644 0:0 # Debian\nrtcsync\nserver ntp.example.com iburst\n',
	});
});

for (const locale of ['C.UTF-8', 'en_GB.UTF-8', 'de_AT', 'de_CH.ISO-8859-1', 'de_DE.utf8'])
	test(`take the locale ${locale}`, () => assert.equal(plan({locale}).problems, []));

test('write the file of older Debian too', () => {
	const {entries} = plan({locale: 'C.UTF-8'}, {...image, '/etc/default/locale': 'LANG=C\n'});
	assert.is(entries['/etc/default/locale'], '644 0:0 LANG=C.UTF-8\n');
});

for (const [system, problem, hint] of [
	[
		{locale: 'de_DE.UTF8x'},
		'the image has no locale "de_DE.UTF8x"',
		'Install it in the image. It has de_DE.UTF-8, de_AT, de_CH.iso88591.',
	],
	[
		{locale: 'fr_FR.UTF-8'},
		'the image has no locale "fr_FR.UTF-8"',
		'Make it in the image, with locale-gen or localedef. It has C.UTF-8.',
	],
	[
		{locale: 'en_US.UTF-8'},
		'the image has no locale "en_US.UTF-8"',
		'Install it in the image. It has en_GB.UTF-8.',
	],
	[
		{keymap: 'de-latn1'},
		'the image has no console keymap "de-latn1"',
		'Give one of those that localectl list-keymaps shows, such as de-latin1.',
	],
	[
		{timeZone: 'Europe/Berln'},
		'the image has no time zone "Europe/Berln"',
		'Give a name such as Europe/Berlin.',
	],
	[
		{timeZone: '../../../etc/passwd'},
		'the image has no time zone "../../../etc/passwd"',
		'Give a name such as Europe/Berlin.',
	],
	[
		{hostname: 'a_b\nc'},
		'"a_b\\nc" is no host name',
		'Use letters, digits and "-", in parts between dots, at most 64 in all.',
	],
	[{ntpServers: ['a b']}, '"a b" is no time server', 'Give a host name or an address.'],
] as const)
	test(`refuse ${JSON.stringify(system)}`, () => {
		const {problems, hints, entries} = plan(system);
		assert.equal([problems, hints, entries], [[problem], [hint], {}]);
	});

test('refuse what an image with nothing cannot do', () => {
	const {problems, hints} = plan({keymap: 'us', timeZone: 'UTC', ntpServers: ['a']}, debian);
	assert.equal(problems, [
		'the image has no console keymap "us"',
		'the image has no time zone "UTC"',
		'the image has neither chrony nor systemd-timesyncd',
	]);
	assert.equal(hints.slice(0, 2), [
		'Install keymaps in the image: package console-data or kbd.',
		'Install tzdata in the image.',
	]);
});

test('swap in compressed memory where the image can', () => {
	const zram = {storage: {...noAnswers.storage, swap: 'zram'}} as const;
	const generator = '/usr/lib/systemd/system-generators/zram-generator';
	const {entries, items, problems} = planned(zram, {...debian, [generator]: 'x'});
	assert.equal(problems, []);
	assert.equal(entries, {
		'/etc/systemd/zram-generator.conf':
			'644 0:0 [zram0]\nzram-size = min(ram / 2, 4096)\ncompression-algorithm = zstd\n',
	});
	assert.equal(items, ['swap in compressed memory | /etc/systemd/zram-generator.conf']);
	assert.equal(planned(zram).problems, ['the image has no zram-generator']);
	assert.equal(planned({storage: {...noAnswers.storage, swap: 'recommended'}}).entries, {});
});

test.run();
