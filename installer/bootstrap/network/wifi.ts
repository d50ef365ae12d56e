import {secretFile} from '../machine-files.ts';
import {enableUnit} from '../units/enable-unit.ts';
import {ImageUnits} from '../units/image-units.ts';
import {escapedInstance} from '../units/unit-name.ts';
import type {BootstrapWork} from '../work.ts';
import type {Link} from './link.ts';

/** Characters of a passphrase, or digits of the key that is made of one. */
export function isWifiPassphrase(text: string): boolean {
	return /^([ -~]{8,63}|[0-9a-fA-F]{64})$/.test(text);
}

/** Tells the image's wireless service the network, where systemd-networkd gives it an address. */
export function putWifi(work: BootstrapWork, link: Link, passphrase: string | undefined): void {
	const {kind, match} = link;
	if (kind.kind !== 'wifi') return;
	const {image, files, problems, note} = work;
	if (image.isFile('/usr/libexec/iwd') || image.isFile('/usr/lib/iwd/iwd')) {
		const place = `/var/lib/iwd/${iwdName(kind.ssid)}.${passphrase === undefined ? 'open' : 'psk'}`;
		files.folder('/var/lib/iwd', {mode: 0o700, uid: 0, gid: 0});
		files.file(place, passphrase === undefined ? '' : iwdNetwork(passphrase), secretFile);
		note(`wireless network ${JSON.stringify(kind.ssid)}`, place, {
			secret: passphrase !== undefined,
		});
	} else if (image.isFile('/usr/sbin/wpa_supplicant') && match.name !== undefined) {
		const unit = `wpa_supplicant@${escapedInstance(match.name)}.service`;
		const units = new ImageUnits(image);
		if (units.find(unit) === undefined) {
			problems.refuse('no-wifi', 'the image has wpa_supplicant, and no wpa_supplicant@.service', {
				hint: 'Put that unit into the image, or use iwd or NetworkManager.',
			});
			return;
		}
		const place = `/etc/wpa_supplicant/wpa_supplicant-${match.name}.conf`;
		files.file(place, supplicantNetwork(kind.ssid, passphrase), secretFile);
		enableUnit(unit, units, work);
		note(`wireless network ${JSON.stringify(kind.ssid)}`, place, {
			secret: passphrase !== undefined,
		});
	} else if (image.isFile('/usr/sbin/wpa_supplicant'))
		problems.refuse(
			'no-wifi-interface',
			'wpa_supplicant has to be told which interface it serves',
			{
				hint: 'Give the name of the wireless interface.',
			},
		);
	else
		problems.refuse('no-wifi', 'the image has nothing that joins wireless networks', {
			hint: 'Install iwd, wpa_supplicant or NetworkManager in the image.',
		});
}

/** @see iwd.network(5) */
function iwdName(ssid: string): string {
	return /^[A-Za-z0-9 _-]+$/.test(ssid) ? ssid : `=${Buffer.from(ssid).toString('hex')}`;
}

function iwdNetwork(passphrase: string): string {
	const isKey = passphrase.length === 64;
	const value = isKey ? passphrase : passphrase.replaceAll('\\', '\\\\').replace(/^ /, '\\s');
	return `[Security]\n${isKey ? 'PreSharedKey' : 'Passphrase'}=${value}\n`;
}

/** The name in hexadecimal, which takes any. @see wpa_supplicant.conf(5) */
function supplicantNetwork(ssid: string, passphrase: string | undefined): string {
	const quoted = passphrase?.length === 64 ? passphrase : `"${passphrase}"`;
	const key = passphrase === undefined ? 'key_mgmt=NONE' : `psk=${quoted}`;
	return `network={\n\tssid=${Buffer.from(ssid).toString('hex')}\n\t${key}\n}\n`;
}
