import {chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {readLiveNetwork} from '../../../installer/live/read-network.ts';

const test = suite('network of a live system');

const root = mkdtempSync(path.join(os.tmpdir(), 'live-network-'));
test.after(() => rmSync(root, {recursive: true}));

function write(file: string, text: string, mode = 0o644): void {
	const place = path.join(root, file);
	mkdirSync(path.dirname(place), {recursive: true});
	writeFileSync(place, text);
	chmodSync(place, mode);
}

/** Owners are whoever runs the test. */
function found(folder = root) {
	return readLiveNetwork(folder).map(({service, place, content, access}) => [
		service,
		place,
		content?.toString(),
		access.mode.toString(8),
	]);
}

test('is nothing where nobody set up any', () => {
	assert.equal(found(path.join(root, 'none')), []);
});

test('is read of both services, those of the machine before those of this boot', () => {
	write('run/systemd/network/70-eth0.network', 'of this boot');
	write('run/systemd/network/80-eth1.network', 'of this boot');
	write('run/systemd/network/README', 'no setting');
	write('etc/systemd/network/70-eth0.network', 'of the machine');
	write('etc/systemd/network/70-eth0.network.d/50-dns.conf', 'a drop-in');
	write('etc/systemd/network/70-eth0.network.d/notes', 'no drop-in');
	write('etc/systemd/network/wg0.netdev', 'PrivateKey=planted', 0o640);
	symlinkSync('/dev/null', path.join(root, 'etc/systemd/network/89-wired.network'));
	symlinkSync('gone', path.join(root, 'etc/systemd/network/90-gone.network'));
	const connections = 'NetworkManager/system-connections';
	write(`run/${connections}/default_connection.nmconnection`, '[connection]\n', 0o600);
	write(`etc/${connections}/office.nmconnection`, 'psk=planted\n', 0o644);
	write(`etc/${connections}/.office.nmconnection`, 'a leftover');
	for (const key of ['nm-generated', 'volatile', 'external'])
		write(`run/${connections}/${key}.nmconnection`, `[ipv4]\n\n[.nmmeta]\nx=y\n${key}=true\n`);
	write(`run/${connections}/kept.nmconnection`, '[.nmmeta]\nx=y\n\n[user]\nvolatile=true\n');
	assert.equal(found(), [
		[
			'NetworkManager',
			'/etc/NetworkManager/system-connections/default_connection.nmconnection',
			'[connection]\n',
			'600',
		],
		[
			'NetworkManager',
			'/etc/NetworkManager/system-connections/kept.nmconnection',
			'[.nmmeta]\nx=y\n\n[user]\nvolatile=true\n',
			'600',
		],
		[
			'NetworkManager',
			'/etc/NetworkManager/system-connections/office.nmconnection',
			'psk=planted\n',
			'600',
		],
		['systemd-networkd', '/etc/systemd/network/70-eth0.network', 'of the machine', '644'],
		['systemd-networkd', '/etc/systemd/network/70-eth0.network.d/50-dns.conf', 'a drop-in', '644'],
		['systemd-networkd', '/etc/systemd/network/80-eth1.network', 'of this boot', '644'],
		['systemd-networkd', '/etc/systemd/network/89-wired.network', undefined, '644'],
		['systemd-networkd', '/etc/systemd/network/wg0.netdev', 'PrivateKey=planted', '640'],
	]);
});

test.run();
