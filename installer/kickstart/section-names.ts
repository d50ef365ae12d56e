/** What may stand between a header and its `%end`. */
export const sectionNames = [
	'%pre',
	'%pre-install',
	'%post',
	'%onerror',
	'%traceback',
	'%packages',
	'%addon',
	'%certificate',
	'%anaconda',
] as const;
export type SectionName = (typeof sectionNames)[number];

export function isSectionName(word: string): word is SectionName {
	return sectionNames.some((name) => name === word);
}
