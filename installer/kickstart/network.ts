import type {InterfaceAnswers, NetworkAnswers} from '../answers/answers.ts';
import {Secret} from '../answers/secret.ts';
import {hostname, interfaceName} from '../config/value-fields.ts';
import {checked} from './checked.ts';
import type {LineOf} from './honoured-commands.ts';
import {addressesOf} from './network-addresses.ts';
import {bondOf, bridgeOf} from './network-bundles.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

type NetworkLine = LineOf<'network'>;

/** Each line that is about more than the host's name is an interface. */
export function networkOf({network}: CommandLines, report: Report): NetworkAnswers {
	const lines = network.filter(isInterface);
	const interfaces = lines.map((line) => interfaceOf(line, report));
	const seen = new Set<string>();
	for (const [index, {match, vlan}] of interfaces.entries()) {
		const identity = JSON.stringify([match, vlan]);
		const line = lines[index];
		if (seen.has(identity) && line !== undefined)
			report.mistake(line.at, {
				key: 'network --device',
				found: 'an interface that a line before has',
				expected: 'each one once',
			});
		seen.add(identity);
	}
	return {interfaces, copyLive: undefined};
}

/** The last one that a line gives. */
export function hostnameOf({network}: CommandLines, report: Report): string | undefined {
	const given = network.flatMap(({options}) => options.hostname ?? []);
	const names = given.map((name) => checked(hostname, name, 'network --hostname', report));
	return names.at(-1);
}

function isInterface({options}: NetworkLine): boolean {
	return Object.keys(options).some((name) => name !== 'hostname');
}

function interfaceOf(line: NetworkLine, report: Report): InterfaceAnswers {
	reportUnusable(line, report);
	const {options} = line;
	const bond = bondOf(line, report);
	const bridge = bridgeOf(line, report);
	const name = options.device?.value;
	if ((bond !== undefined || bridge !== undefined) && name === undefined) {
		const found = 'a bond or bridge without a name';
		report.mistake(line.at, {key: line.name, found, expected: '--device=…'});
	}
	const onBoot = options.onboot?.value;
	const activate = options['no-activate'] ? false : options.activate?.value;
	return {
		match: matchOf(line, report),
		...addressesOf(line, report),
		mtu: mtuOf(line, report),
		vlan: vlanOf(line, report),
		bond,
		wifi: wifiOf(line, report),
		...(bridge === undefined ? {} : {bridge}),
		...(onBoot === undefined ? {} : {onBoot}),
		...(activate === undefined ? {} : {activate}),
	};
}

function reportUnusable({options}: NetworkLine, report: Report): void {
	const instead = {
		dhcpclass: 'DHCP without a class',
		ethtool: 'a udev rule or link file in the image',
		wepkey: '--wpakey=…',
		teamslaves: '--bondslaves=…',
		teamconfig: '--bondopts=…',
	};
	for (const [option, expected] of Object.entries(instead)) {
		const given = options[option as keyof typeof instead];
		if (given === undefined) continue;
		report.mistake(given.at, {key: `network --${option}`, found: 'not possible here', expected});
	}
	if (options.notksdevice !== undefined)
		report.note(options.notksdevice.at, '--notksdevice changes nothing');
	if (options.bindto !== undefined && !isMac(options.device?.value ?? ''))
		report.note(options.bindto.at, '--bindto=mac takes effect where --device is an address');
}

function isMac(text: string): boolean {
	return /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}$/.test(text);
}

function matchOf({options: {device}}: NetworkLine, report: Report): InterfaceAnswers['match'] {
	if (device === undefined) return {};
	const {value, at} = device;
	switch (value) {
		case 'bootif':
			return {found: 'booted'};
		case 'link':
			return {found: 'linked'};
	}
	if (isMac(value)) return {mac: value.toLowerCase()};
	if (value === 'ibft' || !isInterfaceName(value)) {
		const expected = 'a name such as eth0, a MAC address, link or bootif';
		const found = JSON.stringify(value.slice(0, 64));
		report.mistake(at, {key: 'network --device', found, expected});
	}
	return {name: value};
}

/** What the kernel takes. */
function isInterfaceName(name: string): boolean {
	return /^[^\s/:]{1,15}$/.test(name) && !/^\.+$/.test(name);
}

function mtuOf({options: {mtu}}: NetworkLine, report: Report): number | undefined {
	if (mtu !== undefined && (mtu.value < 68 || mtu.value > 65_535)) {
		const found = String(mtu.value);
		report.mistake(mtu.at, {key: 'network --mtu', found, expected: '68 to 65535 bytes'});
	}
	return mtu?.value;
}

function vlanOf({options}: NetworkLine, report: Report): InterfaceAnswers['vlan'] {
	const {vlanid, interfacename} = options;
	if (vlanid === undefined) {
		if (interfacename === undefined) return undefined;
		const fault = {found: 'given without --vlanid', expected: 'both or none'};
		report.mistake(interfacename.at, {key: 'network --interfacename', ...fault});
		return undefined;
	}
	if (vlanid.value < 1 || vlanid.value > 4094) {
		const found = String(vlanid.value);
		report.mistake(vlanid.at, {key: 'network --vlanid', found, expected: '1 to 4094'});
	}
	const name = checked(interfaceName, interfacename, 'network --interfacename', report);
	return {id: vlanid.value, name};
}

function wifiOf({options: {essid, wpakey}}: NetworkLine, report: Report): InterfaceAnswers['wifi'] {
	if (essid === undefined) {
		if (wpakey === undefined) return undefined;
		const fault = {found: 'given without --essid', expected: 'both or none'};
		report.mistake(wpakey.at, {key: 'network --wpakey', ...fault});
		return undefined;
	}
	const length = Buffer.byteLength(essid.value);
	if (length < 1 || length > 32) {
		const found = `${length} bytes long`;
		report.mistake(essid.at, {key: 'network --essid', found, expected: '1 to 32 bytes'});
	}
	if (wpakey !== undefined) {
		const expected = 'a file that only its owner may read';
		report.warning(wpakey.at, {key: 'network --wpakey', found: 'in plain text', expected});
	}
	return {
		ssid: essid.value,
		passphrase: wpakey && {kind: 'inline', secret: new Secret(wpakey.value)},
	};
}
