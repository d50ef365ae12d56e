import {chmodSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {carryNetwork} from '../../../../installer/takeover/carry/network.ts';
import {symlink} from '../../../engine/source/trees.ts';
import {debian, type MadeImage} from '../../bootstrap/planned.ts';
import {OldTree} from '../old-tree.ts';

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

test.run();
