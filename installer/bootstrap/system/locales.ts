import type {ImageTree} from '../image-tree.ts';

const archive = '/usr/lib/locale/locale-archive';
/** Of glibc itself. */
const builtIn = ['C', 'POSIX', 'C.UTF-8'];
const archiveMagic = 0xde02_0109;
/** Fields of the head, in words of 32 bits: where the names are, and how many bytes. */
const stringOffset = 5;
const stringUsed = 6;

/**
 * Locales that an image has, as glibc looks them up: folders, and an archive with the names of those in
 * it. Codesets are written as in `locale -a`, `de_DE.utf8`.
 */
export function findLocales(image: ImageTree): string[] {
	const folders = image
		.names('/usr/lib/locale')
		.filter((name) => image.isDirectory(`/usr/lib/locale/${name}`));
	return [...new Set([...builtIn, ...folders, ...archivedNames(image)])].sort();
}

/** @see glibc, locale/locarchive.h */
function archivedNames(image: ImageTree): string[] {
	const head = image.bytes(archive, 4096);
	if (head === undefined || head.length < 28 || head.readUInt32LE(0) !== archiveMagic) return [];
	const start = head.readUInt32LE(4 * stringOffset);
	const end = start + head.readUInt32LE(4 * stringUsed);
	const names = image.bytes(archive, end)?.toString('latin1', start, end) ?? '';
	return names.split('\0').filter((name) => /^[a-z]{2,3}(_|$|@|\.)/.test(name));
}

/** By which glibc compares: `de_DE.UTF-8` is `de_DE.utf8`. */
export function normalizedLocale(locale: string): string {
	return locale.replace(/\.([^@]*)/, (_, codeset: string) => {
		const plain = codeset.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
		return `.${/^\d+$/.test(plain) ? `iso${plain}` : plain}`;
	});
}

/** `de_DE.utf8` as people write it. */
export function writtenLocale(locale: string): string {
	return locale.replace(/\.utf8/, '.UTF-8');
}
