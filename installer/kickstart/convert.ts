import {type Answers, noAnswers} from '../answers/answers.ts';
import {bootOf} from './boot.ts';
import {reportLocked} from './encryption.ts';
import {finishOf, noteTheRest, unattendedOf} from './finish.ts';
import {imageOf} from './image.ts';
import {type HashPassword, loginsOf} from './logins.ts';
import {mergeAnswers} from './merge-answers.ts';
import {networkOf} from './network.ts';
import {parseCommands} from './parse-commands.ts';
import type {Report} from './report.ts';
import {readSections} from './sections.ts';
import {firewallOf, servicesOf} from './services.ts';
import type {CommandStatement, SectionStatement, Statement} from './statements.ts';
import {storageOf} from './storage.ts';
import {systemOf} from './system.ts';

/** The answers that all statements give together. */
export function convertStatements(
	statements: readonly Statement[],
	hash: HashPassword,
	report: Report,
): Answers {
	const parsed = parseCommands(commandsOf(statements), report);
	const sections = readSections(sectionsOf(statements), report);
	const {lines} = parsed;
	const firewall = firewallOf(lines, report);
	noteTheRest(lines, report);
	const answers: Answers = {
		...noAnswers,
		...storageOf(parsed, report),
		...loginsOf(lines, hash, report),
		image: imageOf(lines, report),
		boot: bootOf(lines, report),
		system: systemOf(lines, report),
		network: networkOf(lines, report),
		registry: {...noAnswers.registry, caCertificates: sections.caCertificates},
		services: servicesOf(lines, report),
		...(firewall === undefined ? {} : {firewall}),
		files: sections.files,
		scripts: sections.scripts,
		finish: finishOf(lines, report),
		unattended: unattendedOf(lines, report),
	};
	const all = sections.addons.reduce(mergeAnswers, answers);
	reportLocked(lines, all.storage.encryption, report);
	return all;
}

export function commandsOf(statements: readonly Statement[]): readonly CommandStatement[] {
	return statements.filter((statement) => statement.kind === 'command');
}

export function sectionsOf(statements: readonly Statement[]): readonly SectionStatement[] {
	return statements.filter((statement) => statement.kind === 'section');
}
