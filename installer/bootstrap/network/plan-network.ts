import {printableText} from '../../../engine/tree/printable.ts';
import type {InterfaceAnswers, NetworkAnswers, ServiceAnswers} from '../../answers/answers.ts';
import {publicFile, secretFile} from '../machine-files.ts';
import {ImageUnits} from '../units/image-units.ts';
import {fullUnitName} from '../units/unit-name.ts';
import type {BootstrapWork} from '../work.ts';
import {copyLiveNetwork, type LiveSetting, type NetworkService} from './copy-live.ts';
import {interfaceMistakes} from './interface-mistakes.ts';
import {formatKeyfile} from './keyfile.ts';
import {type Link, planLinks} from './link.ts';
import {formatNetworkUnits} from './network-units.ts';
import {isWifiPassphrase, putWifi} from './wifi.ts';

/**
 * Sets up interfaces for the service that the image, or what is enabled beside it, has.
 * @param live settings of the live system; undefined where this is none
 */
export function planNetwork(
	{interfaces, copyLive = false}: NetworkAnswers,
	services: ServiceAnswers,
	live: readonly LiveSetting[] | undefined,
	work: BootstrapWork,
): void {
	const {problems} = work;
	if (interfaces.length === 0 && !copyLive) return;
	const mistakes = interfaces.flatMap((one) =>
		interfaceMistakes(one).map((mistake) => `${nameOf(one)}: ${mistake}`),
	);
	for (const mistake of mistakes)
		problems.usage(mistake, {hint: 'Correct the settings of the network.'});
	if (mistakes.length > 0) return;
	const service = serviceOf(work, services);
	if (service === undefined) {
		problems.refuse(
			'no-network-service',
			'the image has neither NetworkManager nor systemd-networkd enabled',
			{hint: 'Enable one of them in the image, or leave out the network.'},
		);
		return;
	}
	if (copyLive) copyLiveNetwork(work, service, live);
	for (const link of planLinks(interfaces)) putLink(work, link, puts[service]);
}

function nameOf({match}: InterfaceAnswers): string {
	return `interface ${printableText(match.name ?? match.mac ?? 'any')}`;
}

type Put = (work: BootstrapWork, link: Link, passphrase: string | undefined) => void;

function serviceOf({image}: BootstrapWork, services: ServiceAnswers): NetworkService | undefined {
	const units = new ImageUnits(image);
	const isListed = (names: readonly string[], unit: string) =>
		names.some((name) => fullUnitName(name) === unit);
	const isUsed = (unit: string) =>
		(units.isEnabled(unit) || isListed(services.enable, unit)) &&
		!isListed([...services.disable, ...services.mask], unit);
	return (['NetworkManager', 'systemd-networkd'] as const).find((name) =>
		isUsed(`${name}.service`),
	);
}

function putLink(work: BootstrapWork, link: Link, put: Put): void {
	const {kind} = link;
	if (kind.kind !== 'wifi' || kind.passphrase === undefined) {
		put(work, link, undefined);
		return;
	}
	const passphrase = work
		.contentOf(kind.passphrase)
		.reveal()
		.replace(/\r?\n$/, '');
	if (isWifiPassphrase(passphrase)) put(work, link, passphrase);
	else
		work.problems.usage(
			`the passphrase of the wireless network ${JSON.stringify(kind.ssid)} cannot be one`,
			{hint: 'It has 8 to 63 characters of ASCII, or is a key of 64 hexadecimal digits.'},
		);
}

const connections = '/etc/NetworkManager/system-connections';

/** NetworkManager takes no connection that others may read, whether or not it has a secret. */
function putConnection(work: BootstrapWork, link: Link, passphrase: string | undefined): void {
	const place = `${connections}/slipway-${link.id}.nmconnection`;
	work.files.file(place, formatKeyfile(link, passphrase), secretFile);
	work.note(describeLink(link), place, {secret: passphrase !== undefined});
}

function putUnits(work: BootstrapWork, link: Link, passphrase: string | undefined): void {
	for (const {name, text} of formatNetworkUnits(link)) {
		const place = `/etc/systemd/network/${name}`;
		work.files.file(place, text, publicFile);
		work.note(describeLink(link), place);
	}
	putWifi(work, link, passphrase);
}

const puts: Readonly<Record<NetworkService, Put>> = {
	NetworkManager: putConnection,
	'systemd-networkd': putUnits,
};

function describeLink({kind, match}: Link): string {
	const name = match.name ?? match.mac ?? 'any interface';
	return kind.kind === 'ethernet' ? `network ${name}` : `network ${name} (${kind.kind})`;
}
