import type {Answers} from '../answers/answers.ts';
import {isSyntaxFault} from '../config/document.ts';
import {readNative} from '../config/native.ts';
import {parseTomlDocument} from '../config/toml-document.ts';
import type {Report} from './report.ts';
import type {SectionStatement} from './statements.ts';

/** Names of the addon whose body is a part of slipway's own configuration. */
const ownNames = ['slipway', 'org_image_installer'];

/** Of Fedora's addons, those that only matter while packages are installed. */
const harmlessNames = ['com_redhat_subscription_manager', 'org_fedora_oscap'];

/** Answers of our own addon; every other is one more program's, which is not here. */
export function readAddon(section: SectionStatement, report: Report): readonly Answers[] {
	const name = section.words[1]?.text ?? '';
	if (ownNames.includes(name)) return readOwn(section, report);
	const fault = {key: '%addon', found: JSON.stringify(name.slice(0, 64)), expected: 'slipway'};
	if (name === '' || name.includes('kdump')) report.mistake(section.at, fault);
	else if (harmlessNames.includes(name)) report.note(section.at, `%addon ${name} changes nothing`);
	else report.warning(section.at, fault);
	return [];
}

function readOwn(section: SectionStatement, report: Report): readonly Answers[] {
	const {at, body} = section;
	// Line breaks alone divide the lines, so a place in this text is one in the body.
	const document = parseTomlDocument(body.map(({text}) => `${text}\n`).join(''));
	const placeOf = ({line, column}: {line: number; column: number}) => ({
		...(body[line - 1]?.at ?? at),
		column,
	});
	if (isSyntaxFault(document)) {
		const {found, expected} = document;
		report.mistake(placeOf(document.at), {key: '%addon', found, expected});
		return [];
	}
	const {answers, mistakes} = readNative(document, at.file, {isPart: true});
	for (const mistake of mistakes) report.mistake(placeOf(mistake), mistake);
	return [answers];
}
