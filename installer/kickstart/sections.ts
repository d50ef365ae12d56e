import type {
	Answers,
	ContentSource,
	FileAnswer,
	Script,
	ScriptAnswers,
} from '../answers/answers.ts';
import {stateFilePath} from '../config/value-fields.ts';
import {readAddon} from './addon.ts';
import {checked} from './checked.ts';
import {parseOptions} from './options.ts';
import type {Report} from './report.ts';
import {readScript} from './script.ts';
import type {SectionStatement} from './statements.ts';

/** What sections say. */
export interface SectionAnswers {
	readonly scripts: ScriptAnswers;
	readonly caCertificates: readonly ContentSource[];
	readonly files: readonly FileAnswer[];
	/** Of our own addon, to be laid over everything. */
	readonly addons: readonly Answers[];
}

interface Draft {
	readonly scripts: {readonly [Kind in keyof ScriptAnswers]: Script[]};
	readonly caCertificates: ContentSource[];
	readonly files: FileAnswer[];
	readonly addons: Answers[];
}

const noWords = {least: 0, most: 0, what: 'options alone'};
const certificateOptions = {
	filename: {kind: 'text', required: true},
	dir: 'text',
	type: {kind: 'text', oneOf: ['anchor']},
} as const;

/** Each section by itself, in the order of the file. */
export function readSections(
	sections: readonly SectionStatement[],
	report: Report,
): SectionAnswers {
	const draft: Draft = {
		scripts: {pre: [], preInstall: [], post: [], onError: []},
		caCertificates: [],
		files: [],
		addons: [],
	};
	for (const section of sections) readSection(section, draft, report);
	return draft;
}

function readSection(section: SectionStatement, draft: Draft, report: Report): void {
	switch (section.name) {
		case '%pre':
			draft.scripts.pre.push(...readScript(section, report));
			return;
		case '%pre-install':
			draft.scripts.preInstall.push(...readScript(section, report));
			return;
		case '%post':
			draft.scripts.post.push(...readScript(section, report));
			return;
		case '%onerror':
			draft.scripts.onError.push(...readScript(section, report));
			return;
		case '%traceback':
			report.warning(section.at, {
				key: '',
				found: '%traceback',
				expected: '%onerror, as which it runs',
			});
			draft.scripts.onError.push(...readScript(section, report));
			return;
		case '%packages':
			reportPackages(section, report);
			return;
		case '%addon':
			draft.addons.push(...readAddon(section, report));
			return;
		case '%certificate':
			readCertificate(section, draft, report);
			return;
		case '%anaconda': {
			const found = '%anaconda, gone from kickstart since Fedora 35';
			report.mistake(section.at, {key: '', found, expected: 'nothing'});
		}
	}
}

function reportPackages({at, body}: SectionStatement, report: Report): void {
	const entry = body.find(({text}) => !/^\s*(?:#|$)/.test(text));
	if (entry === undefined) {
		report.note(at, '%packages is empty and changes nothing');
		return;
	}
	report.shortcoming(entry.at, {
		key: '%packages',
		found: 'not possible here',
		expected: 'packages in the image; add them in its Containerfile',
	});
}

/** A CA that is trusted, unless it goes to a folder of its own. */
function readCertificate(section: SectionStatement, draft: Draft, report: Report): void {
	const {options} = parseOptions(certificateOptions, noWords, section.words, section.at, report);
	const {filename, dir, type} = options;
	const text = section.body.map((line) => `${line.text}\n`).join('');
	if (!isPem(section)) {
		const fault = {found: 'no certificate', expected: 'one as PEM'};
		report.mistake(section.at, {key: '%certificate', ...fault});
	}
	if ((dir === undefined) === (type === undefined)) {
		const found = dir === undefined ? 'without a place' : 'with --dir and --type';
		report.mistake(section.at, {key: '%certificate', found, expected: '--dir=… or --type=anchor'});
	}
	if (filename === undefined) return;
	const content: ContentSource = {kind: 'text', text};
	if (dir === undefined || /\/anchors\/?$|\/ca-certificates\/?$/.test(dir.value)) {
		draft.caCertificates.push(content);
		return;
	}
	const path = `${dir.value.replace(/\/+$/, '')}/${filename.value}`;
	const place = checked(stateFilePath, {value: path, at: dir.at}, '%certificate --dir', report);
	if (place !== undefined)
		draft.files.push({path: place, content, mode: 0o644, user: 'root', group: 'root'});
}

/** Whether a certificate begins in it, and one ends after that. */
function isPem({body}: SectionStatement): boolean {
	const begin = body.findIndex(({text}) => /^\s*-----BEGIN [A-Z ]*CERTIFICATE-----\s*$/.test(text));
	const end = body.findLastIndex(({text}) => /^\s*-----END [A-Z ]*CERTIFICATE-----\s*$/.test(text));
	return begin !== -1 && begin < end;
}
