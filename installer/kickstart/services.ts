import type {FirewallAnswers, ServiceAnswers} from '../answers/answers.ts';
import {interfaceName, unitName} from '../config/value-fields.ts';
import {checked} from './checked.ts';
import type {Given} from './options.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

/** The disabled ones come first, so what is in both lists is enabled. */
export function servicesOf({services}: CommandLines, report: Report): ServiceAnswers {
	const {enabled, disabled} = services.at(-1)?.options ?? {};
	if (services.length > 0 && enabled === undefined && disabled === undefined) {
		const found = 'without services';
		const at = services.at(-1)?.at;
		const expected = '--enabled=…, --disabled=…';
		if (at !== undefined) report.mistake(at, {key: 'services', found, expected});
	}
	const enable = unitsOf(enabled, 'enabled', report);
	const disable = unitsOf(disabled, 'disabled', report);
	return {enable, disable: disable.filter((unit) => !enable.includes(unit)), mask: []};
}

/** A name without its kind is a service, as for systemctl. */
function unitsOf(
	given: Given<readonly string[]> | undefined,
	option: string,
	report: Report,
): readonly string[] {
	return (given?.value ?? [])
		.map((name) => (/\.[a-z]+$/.test(name) ? name : `${name}.service`))
		.map((value) =>
			given === undefined
				? undefined
				: checked(unitName, {value, at: given.at}, `services --${option}`, report),
		)
		.filter((unit) => unit !== undefined);
}

const namedServices = ['ftp', 'http', 'smtp', 'ssh'] as const;

export function firewallOf({firewall}: CommandLines, report: Report): FirewallAnswers | undefined {
	const line = firewall.at(-1);
	if (line === undefined) return undefined;
	const {options} = line;
	if (options['use-system-defaults'] !== undefined) {
		if (Object.keys(options).length > 1)
			report.note(line.at, 'the other options change nothing beside --use-system-defaults');
		return undefined;
	}
	if (options.enabled !== undefined && options.disabled !== undefined) {
		const found = 'with --enabled and --disabled';
		report.mistake(line.at, {key: 'firewall', found, expected: 'one of them'});
	}
	if (options.disabled !== undefined) {
		report.warning(line.at, {key: 'firewall', found: 'switched off', expected: '--enabled'});
		return {enabled: false, services: [], removedServices: [], ports: [], trustedInterfaces: []};
	}
	const named = namedServices.filter((name) => options[name] !== undefined);
	return {
		enabled: true,
		services: [...named, ...(options.service?.value ?? [])],
		removedServices: options['remove-service']?.value ?? [],
		ports: portsOf(options.port, report),
		trustedInterfaces: trustedOf(options.trust, report),
	};
}

function trustedOf(given: Given<readonly string[]> | undefined, report: Report): readonly string[] {
	return (given?.value ?? [])
		.map((value) =>
			given === undefined
				? undefined
				: checked(interfaceName, {value, at: given.at}, 'firewall --trust', report),
		)
		.filter((name) => name !== undefined);
}

/** `9187:tcp`, `1000-2000:udp`; TCP when nothing is said. */
function portsOf(
	given: Given<readonly string[]> | undefined,
	report: Report,
): FirewallAnswers['ports'] {
	const ports: {port: string; protocol: string}[] = [];
	for (const text of given?.value ?? []) {
		const [, port = '', protocol = 'tcp'] =
			/^(\d{1,5}(?:-\d{1,5})?)(?::(tcp|udp|sctp|dccp))?$/.exec(text) ?? [];
		const isPort = port !== '' && port.split('-').every((part) => Number(part) <= 65_535);
		if (isPort) ports.push({port, protocol});
		else if (given !== undefined) {
			const found = JSON.stringify(text.slice(0, 64));
			report.mistake(given.at, {key: 'firewall --port', found, expected: 'ports such as 9187:tcp'});
		}
	}
	return ports;
}
