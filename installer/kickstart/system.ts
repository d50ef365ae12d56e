import type {SystemAnswers, XkbAnswers} from '../answers/answers.ts';
import {keymap, locale, timeServer, timeZone} from '../config/value-fields.ts';
import {checked} from './checked.ts';
import type {LineOf} from './honoured-commands.ts';
import {hostnameOf} from './network.ts';
import type {CommandLines} from './parse-commands.ts';
import type {Report} from './report.ts';

type TimeAnswers = Pick<SystemAnswers, 'ntpServers' | 'ntpPools' | 'ntsHosts'>;

/** lang, keyboard, timezone, timesource, selinux, and the name of the host. */
export function systemOf(lines: CommandLines, report: Report): SystemAnswers {
	const lang = lines.lang.at(-1);
	if (lang?.options.addsupport !== undefined)
		report.note(lang.options.addsupport.at, 'which locales there are is for the image to say');
	const xkb = xkbOf(lines, report);
	const hardwareClock = hardwareClockOf(lines, report);
	const selinux = selinuxOf(lines, report);
	return {
		hostname: hostnameOf(lines, report),
		locale: checked(locale, lang?.words[0], 'lang', report),
		keymap: keymapOf(lines, report),
		timeZone: checked(timeZone, lines.timezone.at(-1)?.words[0], 'timezone', report),
		...timeOf(lines, report),
		...(xkb === undefined ? {} : {xkb}),
		...(hardwareClock === undefined ? {} : {hardwareClock}),
		...(selinux === undefined ? {} : {selinux}),
	};
}

function keymapOf({keyboard}: CommandLines, report: Report): string | undefined {
	const line = keyboard.at(-1);
	if (line === undefined) return undefined;
	const {vckeymap, xlayouts} = line.options;
	const [old] = line.words;
	if (vckeymap === undefined && xlayouts === undefined && old === undefined)
		report.mistake(line.at, {key: 'keyboard', found: 'without a keymap', expected: '--vckeymap=…'});
	if (vckeymap !== undefined) return checked(keymap, vckeymap, 'keyboard --vckeymap', report);
	return checked(keymap, old, 'keyboard', report);
}

function xkbOf({keyboard}: CommandLines, report: Report): XkbAnswers | undefined {
	const {xlayouts, switch: switches} = keyboard.at(-1)?.options ?? {};
	if (xlayouts === undefined) return undefined;
	const layouts = xlayouts.value.map((text) => {
		const [, layout = '', variant = ''] = /^([\w-]+)(?: ?\(([\w-]*)\))?$/.exec(text) ?? [];
		if (layout === '') {
			const found = JSON.stringify(text.slice(0, 64));
			const expected = 'layouts such as "de (nodeadkeys)"';
			report.mistake(xlayouts.at, {key: 'keyboard --xlayouts', found, expected});
		}
		return {layout, variant};
	});
	return {layouts, options: switches?.value ?? []};
}

/** What is not said to be UTC is local time. */
function hardwareClockOf({timezone}: CommandLines, report: Report): 'utc' | 'local' | undefined {
	const line = timezone.at(-1);
	if (line === undefined) return undefined;
	for (const option of ['nontp', 'ntpservers'] as const) {
		const given = line.options[option];
		if (given !== undefined) report.note(given.at, `--${option} changes nothing; timesource does`);
	}
	if (line.words.length === 0 && line.options.utc === undefined) {
		const found = 'without a time zone';
		report.mistake(line.at, {key: 'timezone', found, expected: 'one such as Europe/Berlin'});
	}
	return line.options.utc === undefined ? 'local' : 'utc';
}

function timeOf({timesource}: CommandLines, report: Report): TimeAnswers {
	const servers: string[] = [];
	const pools: string[] = [];
	const ntsHosts: string[] = [];
	for (const line of timesource) {
		const host = hostOf(line, report);
		if (host === undefined) continue;
		(line.options['ntp-pool'] === undefined ? servers : pools).push(host);
		if (line.options.nts !== undefined) ntsHosts.push(host);
	}
	const disabled = timesource.find(({options}) => options['ntp-disable']);
	if (disabled !== undefined && servers.length + pools.length > 0) {
		const found = '--ntp-disable beside time sources';
		report.mistake(disabled.at, {key: 'timesource', found, expected: 'one of them'});
	}
	return {
		ntpServers: disabled === undefined && servers.length === 0 ? undefined : servers,
		...(pools.length === 0 ? {} : {ntpPools: pools}),
		...(ntsHosts.length === 0 ? {} : {ntsHosts}),
	};
}

function hostOf({at, options}: LineOf<'timesource'>, report: Report): string | undefined {
	const {'ntp-server': server, 'ntp-pool': pool, 'ntp-disable': disable, nts} = options;
	const given = [server, pool, disable].filter((option) => option !== undefined);
	if (given.length !== 1) {
		const found = given.length === 0 ? 'without a source' : 'with several sources';
		const expected = 'one of --ntp-server=…, --ntp-pool=…, --ntp-disable';
		report.mistake(at, {key: 'timesource', found, expected});
		return undefined;
	}
	if (nts !== undefined && disable !== undefined)
		report.mistake(nts.at, {key: 'timesource --nts', found: 'without a source', expected: 'one'});
	return (
		checked(timeServer, server, 'timesource --ntp-server', report) ??
		checked(timeServer, pool, 'timesource --ntp-pool', report)
	);
}

function selinuxOf({selinux}: CommandLines, report: Report): SystemAnswers['selinux'] {
	const line = selinux.at(-1);
	if (line === undefined) return undefined;
	const modes = ['enforcing', 'permissive', 'disabled'] as const;
	const given = modes.filter((mode) => line.options[mode] !== undefined);
	const [mode] = given;
	if (mode === undefined || given.length > 1) {
		const found = mode === undefined ? 'without a mode' : 'with several modes';
		report.mistake(line.at, {
			key: 'selinux',
			found,
			expected: modes.map((mode) => `--${mode}`).join(', '),
		});
	}
	if (mode === 'disabled')
		report.warning(line.at, {key: 'selinux', found: 'switched off', expected: '--enforcing'});
	return mode;
}
