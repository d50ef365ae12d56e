import {nearestWord} from '../../../engine/suggestion.ts';
import type {ImageTree} from '../image-tree.ts';
import type {BootstrapWork} from '../work.ts';
import {withAssignment} from './assignment.ts';
import {findLocales, normalizedLocale, writtenLocale} from './locales.ts';

const place = '/etc/locale.conf';
/** What PAM of older Debian reads instead. */
const debianPlace = '/etc/default/locale';
const mostShown = 5;

export function putLocale({image, files, problems, note}: BootstrapWork, locale: string): void {
	const known = findLocales(image);
	const wanted = normalizedLocale(locale);
	if (!known.some((name) => normalizedLocale(name) === wanted)) {
		problems.refuse('no-locale', `the image has no locale ${JSON.stringify(locale)}`, {
			hint: `${adviseLocale(image, locale)} It has ${suggest(locale, known).join(', ')}.`,
		});
		return;
	}
	const places = image.entry(debianPlace)?.type === 'file' ? [place, debianPlace] : [place];
	for (const file of places)
		files.file(file, withAssignment(image.text(file) ?? '', 'LANG', locale));
	note(`locale ${locale}`, place);
}

/** The image may have the sources of a locale that nobody made. */
function adviseLocale(image: ImageTree, locale: string): string {
	const sources = image.text('/usr/share/i18n/SUPPORTED') ?? '';
	const names = sources.split('\n').map((line) => line.split(' ')[0] ?? '');
	return names.some((name) => name !== '' && normalizedLocale(name) === normalizedLocale(locale))
		? `Make it in the image, with locale-gen or localedef.`
		: `Install it in the image.`;
}

/** Those of the same language, or what was probably meant; the always present one else. */
function suggest(locale: string, known: readonly string[]): string[] {
	const written = known.map(writtenLocale);
	const nearest = nearestWord(locale, written);
	const [language = ''] = locale.split(/[_.@]/);
	const related = written.filter((name) => name !== nearest && name.split(/[_.@]/)[0] === language);
	const all = [...(nearest === undefined ? [] : [nearest]), ...related].slice(0, mostShown);
	return all.length > 0 ? all : ['C.UTF-8'];
}
