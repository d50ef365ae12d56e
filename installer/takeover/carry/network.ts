import type {ImageRoot} from '../../../engine/lint/image-root.ts';
import type {FileAnswer} from '../../answers/answers.ts';
import type {ImageTree} from '../../bootstrap/image-tree.ts';
import {ImageUnits} from '../../bootstrap/units/image-units.ts';
import type {CarriedState, CarrySource} from './carried.ts';
import {openFile, openFileOf, secretFileOf} from './carried-file.ts';
import {imageGroups} from './image-groups.ts';
import {readInterfaces} from './interfaces-file.ts';
import {readInterfacesText} from './interfaces-sources.ts';

const connections = '/etc/NetworkManager/system-connections';
const networkd = '/etc/systemd/network';

type Part = Pick<CarriedState, 'taken' | 'left' | 'answers'>;

/** The settings of the service that both systems have; those of ifupdown are put into other words. */
export async function carryNetwork({old, image}: CarrySource): Promise<CarriedState> {
	const service = serviceOf(image);
	const parts = [
		await carryConnections(old, service),
		await carryNetworkd(old, service, image),
		await carryInterfaces(old, service),
		await leaveNetplan(old),
		await leaveScripts(old),
		await leaveRules(old),
		await carryNames(old),
	];
	return {
		kind: 'network',
		taken: parts.flatMap(({taken}) => taken),
		left: parts.flatMap(({left}) => left),
		answers: {
			files: parts.flatMap(({answers}) => answers.files ?? []),
			interfaces: parts.flatMap(({answers}) => answers.interfaces ?? []),
			kernelArguments: parts.flatMap(({answers}) => answers.kernelArguments ?? []),
		},
	};
}

type NetworkService = 'NetworkManager' | 'systemd-networkd' | undefined;

/** The one that the image starts. */
function serviceOf(image: ImageTree): NetworkService {
	const units = new ImageUnits(image);
	return (['NetworkManager', 'systemd-networkd'] as const).find((name) =>
		units.isEnabled(`${name}.service`),
	);
}

async function carryConnections(old: ImageRoot, service: NetworkService): Promise<Part> {
	const names = (await old.list(connections)).filter((name) => !name.startsWith('.'));
	if (service !== 'NetworkManager')
		return leave(names, 'a connection of NetworkManager, which the image does not use');
	return await take(names, (name) => secretFileOf(old, `${connections}/${name}`));
}

async function carryNetworkd(
	old: ImageRoot,
	service: NetworkService,
	image: ImageTree,
): Promise<Part> {
	const files: string[] = [];
	for await (const [path, {type}] of old.walk(networkd))
		if (type !== 'directory') files.push(path.slice(networkd.length + 1));
	// Names of interfaces are udev's business, whoever sets them up.
	const isForUdev = (name: string) => /\.link(\.d\/|$)/.test(name);
	const isTaken = (name: string) => isForUdev(name) || service === 'systemd-networkd';
	// Who reads them is no root.
	const reader = imageGroups(image).has('systemd-network') ? 'systemd-network' : undefined;
	const taken = await take(files.filter(isTaken).sort(), async (name) => {
		const file = `${networkd}/${name}`;
		// What a link hides from systemd, an empty file does.
		if ((await old.facts(file))?.target === '/dev/null') return openFile(file, '');
		const isOpen = ((await old.followed(file))?.mode ?? 0) & 0o004;
		return isOpen ? await openFileOf(old, file) : await secretFileOf(old, file, reader);
	});
	const left = files.filter((name) => !isTaken(name)).sort();
	const unused = leave(left, 'settings of systemd-networkd, which the image does not use');
	return {...taken, left: [...taken.left, ...unused.left]};
}

async function carryInterfaces(old: ImageRoot, service: NetworkService): Promise<Part> {
	const text = await readInterfacesText(old);
	const reading = readInterfaces(text.lines.join('\n'));
	const {interfaces} = reading;
	const left = [...text.left, ...reading.left];
	const names = interfaces.map(({match}) => match.name ?? '');
	if (service === undefined) {
		const lost = leave(names, 'the image has neither NetworkManager nor systemd-networkd enabled');
		return {...lost, left: [...left, ...lost.left]};
	}
	return {taken: names, left, answers: {interfaces}};
}

async function leaveNetplan(old: ImageRoot): Promise<Part> {
	const files = (await old.list('/etc/netplan')).filter((name) => name.endsWith('.yaml'));
	return leave(files, 'settings of netplan, which slipway does not read');
}

/** Of Red Hat's and SUSE's services. */
async function leaveScripts(old: ImageRoot): Promise<Part> {
	const names: string[] = [];
	for (const folder of ['/etc/sysconfig/network-scripts', '/etc/sysconfig/network'])
		names.push(...(await old.list(folder)).filter((name) => /^ifcfg-(?!lo$)/.test(name)));
	const copies = /~$|\.(bak|old|orig|rej|rpm(new|orig|save))$/;
	return leave(
		names.filter((name) => !copies.test(name)),
		'settings of network scripts or wicked, which slipway does not read',
	);
}

async function leaveRules(old: ImageRoot): Promise<Part> {
	const folder = '/etc/udev/rules.d';
	const naming: string[] = [];
	for (const name of await old.list(folder)) {
		const lines = ((await old.text(`${folder}/${name}`)) ?? '').replace(/\\\n/g, ' ').split('\n');
		const names = lines.some((line) => /^[^#]*\bSUBSYSTEM=="net".*\bNAME:?="/.test(line));
		if (name.endsWith('.rules') && names) naming.push(name);
	}
	return leave(naming, 'it names interfaces, and rules of udev do not come along');
}

/** Interfaces keep the names by which their settings know them. */
async function carryNames(old: ImageRoot): Promise<Part> {
	const words = ((await old.text('/proc/cmdline')) ?? '').split(/\s+/);
	const kernelArguments = words.filter((word) => /^(net\.ifnames|biosdevname)=0$/.test(word));
	return {taken: kernelArguments, left: [], answers: {kernelArguments}};
}

async function take(
	names: readonly string[],
	read: (name: string) => Promise<FileAnswer | undefined>,
): Promise<Part> {
	const files = await Promise.all(names.map(read));
	return {
		taken: names.filter((_, index) => files[index] !== undefined),
		left: names
			.filter((_, index) => files[index] === undefined)
			.map((name) => `${name}: it is no file`),
		answers: {files: files.filter((file) => file !== undefined)},
	};
}

function leave(names: readonly string[], reason: string): Part {
	return {taken: [], left: names.map((name) => `${name}: ${reason}`), answers: {}};
}
