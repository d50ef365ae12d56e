import {isIP} from 'node:net';
import type {MachineFacts} from '../../port.ts';
import type {Draft} from '../draft.ts';
import type {FlowState} from '../state.ts';
import {type Field, plain, screenView} from '../view.ts';
import type {Screen} from './screen.ts';

/** How the installed machine reaches others, and its registry. */
export const network: Screen = {
	view(state) {
		const {draft, machine} = state;
		return screenView({
			name: 'network',
			title: 'Network and registry',
			lines: (machine?.interfaces ?? []).map(({name, state}) => plain(`${name}: ${state}`)),
			fields: [
				{
					kind: 'choice',
					id: 'network',
					label: 'Addresses',
					value: draft.network,
					options: [
						{value: 'dhcp', label: 'by DHCP, on every wired interface'},
						{value: 'live', label: 'as on the system that runs now', refusal: withoutLive(machine)},
						{value: 'static', label: 'these:'},
					],
				},
				...(draft.network === 'static' ? staticFields(state) : []),
				{
					kind: 'text',
					id: 'authFile',
					label: 'Registry login',
					value: draft.authFile,
					help: 'An auth.json, as podman login --authfile writes it; empty for none.',
				},
			],
		});
	},
	problem({draft, machine}) {
		const refusal = withoutLive(machine);
		if (draft.network === 'live' && refusal !== undefined)
			return `Settings of the system that runs now: ${refusal}.`;
		if (draft.authFile !== '' && !draft.authFile.startsWith('/'))
			return 'The registry login is a file: give its whole path.';
		return draft.network === 'static' ? staticProblem(draft) : undefined;
	},
};

/** In a container they are the container's. */
function withoutLive(machine: MachineFacts | undefined): string | undefined {
	return machine?.surroundings.kind === 'live-system' ? undefined : 'this is no live system';
}

function staticFields({draft}: FlowState): Field[] {
	const fields = [
		['interface', 'Interface', 'Its name; empty for every wired one.'],
		['address', 'Address', 'With the length of the prefix: 192.0.2.7/24'],
		['gateway', 'Gateway', ''],
		['dns', 'DNS servers', ''],
	] as const;
	return fields.map(([id, label, help]) => ({
		kind: 'text',
		id,
		label,
		value: draft[id],
		...(help !== '' && {help}),
	}));
}

function staticProblem({address, gateway, dns}: Draft): string | undefined {
	const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '');
	if (words(address).length === 0) return 'Give an address, such as 192.0.2.7/24.';
	const wrongAddress = words(address).find((word) => !isPrefixed(word));
	if (wrongAddress !== undefined)
		return `${wrongAddress} is no address with its prefix, such as 192.0.2.7/24.`;
	const wrong = [...words(gateway), ...words(dns)].find((word) => isIP(word) === 0);
	return wrong === undefined ? undefined : `${wrong} is no address.`;
}

function isPrefixed(text: string): boolean {
	const [, address = '', prefix = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
	const version = isIP(address);
	return version !== 0 && Number(prefix) <= (version === 4 ? 32 : 128);
}
