import {chmodSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {carryNetwork} from '../../../../installer/takeover/carry/network.ts';
import {symlink} from '../../../engine/source/trees.ts';
import {debian, type MadeImage} from '../../bootstrap/planned.ts';
import {type OldFiles, OldTree} from '../old-tree.ts';

const test = suite('the network of the system before');

const starting = (service: string): MadeImage => ({
	...debian,
	[`/usr/lib/systemd/system/${service}.service`]: '[Service]\n',
	[`/etc/systemd/system/multi-user.target.wants/${service}.service`]: symlink(
		`/usr/lib/systemd/system/${service}.service`,
	),
});
const networkd = starting('systemd-networkd');

test('keeps the secrets of systemd-networkd', async () => {
	using old = new OldTree({
		'etc/systemd/network/lan.network': '[Network]\n',
		'etc/systemd/network/wg0.netdev': '[WireGuard]\n',
	});
	chmodSync(path.join(old.folder, 'etc/systemd/network/wg0.netdev'), 0o640);
	const accessIn = async (image: MadeImage) => {
		const {answers} = await carryNetwork(old.source(image));
		return answers.files?.map(({path: place, content, mode, user, group}) => [
			path.basename(place),
			content.kind,
			mode,
			`${user}:${group}`,
		]);
	};
	const open = ['lan.network', 'text', 0o644, '0:0'];
	const groups = `${debian['/etc/group']}systemd-network:x:998:\n`;
	assert.equal(await accessIn({...networkd, '/etc/group': groups}), [
		open,
		['wg0.netdev', 'inline', 0o640, '0:systemd-network'],
	]);
	assert.equal(await accessIn(networkd), [open, ['wg0.netdev', 'inline', 0o600, '0:0']]);
});

const stanza = (name: string) => `auto ${name}\niface ${name} inet dhcp\n`;
const sources: readonly (readonly [
	line: string,
	files: OldFiles,
	taken: readonly string[],
	left?: readonly string[],
])[] = [
	['', {'interfaces.d/eth1': stanza('eth1')}, []],
	[
		'source /etc/network/interfaces.d/*',
		{'interfaces.d/eth1.cfg': stanza('eth1'), 'interfaces.d/.old': stanza('eth2')},
		['eth1'],
	],
	[
		'source interfaces.d/*.cfg',
		{'interfaces.d/a': stanza('a'), 'interfaces.d/b.cfg': stanza('b')},
		['b'],
	],
	[
		'source-directory interfaces.d',
		{'interfaces.d/a.cfg': stanza('a'), 'interfaces.d/b': stanza('b')},
		['b'],
	],
	['source more', {more: 'source most\n', most: stanza('deep')}, ['deep']],
	['source nowhere/*', {}, []],
	['source $HOME/*', {}, [], ['source $HOME/*: slipway cannot follow it']],
	['source */eth', {}, [], ['source */eth: slipway cannot follow it']],
	['source interfaces', {}, [], ['source interfaces: slipway cannot follow it']],
];

test('is what interfaces of ifupdown take in', async () => {
	for (const [line, files, taken, left = []] of sources) {
		const placed = Object.entries(files).map(([name, text]) => [`etc/network/${name}`, text]);
		using old = new OldTree({
			...Object.fromEntries(placed),
			'etc/network/interfaces': `${line}\n\taddress of nothing\n`,
		});
		const state = await carryNetwork(old.source(networkd));
		assert.equal([state.taken, state.left], [taken, left], line);
	}
});

test('has links, some of which hide settings', async () => {
	using old = new OldTree({
		'etc/systemd/network/99-default.link': '-> /dev/null',
		'etc/systemd/network/lan.network': '-> /usr/share/lan.network',
		'etc/systemd/network/lost.network': '-> /usr/share/lost.network',
		'usr/share/lan.network': '[Network]\n',
	});
	const {taken, left, answers} = await carryNetwork(old.source(networkd));
	assert.equal(
		[taken, left],
		[['99-default.link', 'lan.network'], ['lost.network: it is no file']],
	);
	assert.equal(
		answers.files?.map(({content}) => content),
		['', '[Network]\n'].map((text) => ({kind: 'text', text})),
	);
});

test('is told where slipway does not understand it', async () => {
	using old = new OldTree({
		'etc/network/interfaces': 'mapping eth0\n\tscript /bin/guess\n',
		'etc/sysconfig/network-scripts/ifcfg-eth0': 'ONBOOT=yes\n',
		'etc/sysconfig/network-scripts/ifcfg-eth0.bak': '',
		'etc/sysconfig/network-scripts/ifcfg-lo': '',
		'etc/sysconfig/network/ifcfg-em1': '',
		'etc/udev/rules.d/70-net.rules':
			'# names\nSUBSYSTEM=="net", \\\n ATTR{address}=="02:00", NAME="lan0"\n',
		'etc/udev/rules.d/80-other.rules': 'SUBSYSTEM=="net", RUN+="/bin/true"\n',
	});
	const scripts = 'settings of network scripts or wicked, which slipway does not read';
	assert.equal((await carryNetwork(old.source(networkd))).left, [
		'mapping in /etc/network/interfaces has no counterpart',
		`ifcfg-eth0: ${scripts}`,
		`ifcfg-em1: ${scripts}`,
		'70-net.rules: it names interfaces, and rules of udev do not come along',
	]);
});

test.run();
