/** Several interfaces as one: bonds and bridges. */

import type {InterfaceAnswers} from '../answers/answers.ts';
import {bondModes} from '../answers/bond-modes.ts';
import type {LineOf} from './honoured-commands.ts';
import type {Given} from './options.ts';
import type {Report} from './report.ts';

type NetworkLine = LineOf<'network'>;
type Options = Readonly<Record<string, string>>;

export function bondOf({options}: NetworkLine, report: Report): InterfaceAnswers['bond'] {
	const {bondslaves, bondopts} = options;
	if (bondslaves === undefined) {
		if (bondopts !== undefined) reportAlone(bondopts, 'bondopts', 'bondslaves', report);
		return undefined;
	}
	// Options whose values have commas are divided by semicolons.
	const text = bondopts?.value ?? '';
	const items = text.split(text.includes(';') ? ';' : ',');
	const {mode = 'balance-rr', ...rest} = pairs(items, bondopts, 'bondopts', report);
	// The kernel takes numbers for modes too.
	const named = /^[0-6]$/.test(mode) ? (bondModes[Number(mode)] ?? mode) : mode;
	if (bondopts !== undefined && !bondModes.includes(named)) {
		const found = `mode ${JSON.stringify(mode.slice(0, 64))}`;
		report.mistake(bondopts.at, {key: 'network --bondopts', found, expected: bondModes.join(', ')});
	}
	const members = {members: bondslaves.value, mode: named};
	return Object.keys(rest).length === 0 ? members : {...members, options: rest};
}

export function bridgeOf({options}: NetworkLine, report: Report): InterfaceAnswers['bridge'] {
	const {bridgeslaves, bridgeopts} = options;
	if (bridgeslaves === undefined) {
		if (bridgeopts !== undefined) reportAlone(bridgeopts, 'bridgeopts', 'bridgeslaves', report);
		return undefined;
	}
	if (options.bondslaves !== undefined) {
		const found = 'given beside --bondslaves';
		report.mistake(bridgeslaves.at, {
			key: 'network --bridgeslaves',
			found,
			expected: 'one of them',
		});
	}
	const settings = pairs(bridgeopts?.value ?? [], bridgeopts, 'bridgeopts', report);
	return {members: bridgeslaves.value, options: settings};
}

function pairs(
	items: readonly string[],
	given: Given<unknown> | undefined,
	option: string,
	report: Report,
): Options {
	const entries: [string, string][] = [];
	for (const item of items.map((item) => item.trim()).filter((item) => item !== '')) {
		const [, key = '', value = ''] = /^([\w-]+)=(.+)$/.exec(item) ?? [];
		if (key !== '') entries.push([key, value]);
		else if (given !== undefined) {
			const found = JSON.stringify(item.slice(0, 64));
			report.mistake(given.at, {key: `network --${option}`, found, expected: 'name=value'});
		}
	}
	return Object.fromEntries(entries);
}

function reportAlone(given: Given<unknown>, option: string, other: string, report: Report): void {
	const fault = {found: `given without --${other}`, expected: 'both or none'};
	report.mistake(given.at, {key: `network --${option}`, ...fault});
}
