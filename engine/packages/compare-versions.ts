import {compareRpmVersions} from './compare-rpm-versions.ts';
import type {PackageFormat} from './package-versions.ts';

/** Below 0 when the first version is the older one, above when it is the newer, 0 when neither is. */
export function compareVersions(format: PackageFormat, one: string, other: string): number {
	if (format === 'rpm') return compareRpmVersions(one, other);
	return format === 'dpkg'
		? compareDebianVersions(one, other)
		: compareDebianVersions(asDebian(one), asDebian(other));
}

/** apk orders as dpkg does, but for its names of what comes before a release: `1.2_rc1` is before `1.2`. */
function asDebian(version: string): string {
	return version.replace(/_(?=alpha|beta|pre|rc)/g, '~');
}

/** @see https://manpages.debian.org/deb-version.7 */
function compareDebianVersions(one: string, other: string): number {
	const left = splitVersion(one);
	const right = splitVersion(other);
	return (
		compareNumbers(left.epoch, right.epoch) ||
		compareParts(left.upstream, right.upstream) ||
		compareParts(left.revision, right.revision)
	);
}

function splitVersion(version: string) {
	const [, epoch = '', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
	const dash = rest.lastIndexOf('-');
	const [upstream, revision] = dash < 0 ? [rest, ''] : [rest.slice(0, dash), rest.slice(dash + 1)];
	return {epoch, upstream, revision};
}

/** Words and numbers by turns, a word first. */
function compareParts(one: string, other: string): number {
	const left = partsOf(one);
	const right = partsOf(other);
	for (let at = 0; at < Math.max(left.length, right.length); at++) {
		const compare = at % 2 === 0 ? compareWords : compareNumbers;
		const order = compare(left[at] ?? '', right[at] ?? '');
		if (order !== 0) return order;
	}
	return 0;
}

function partsOf(text: string): string[] {
	return [...text.matchAll(/(\D*)(\d*)/g)].flatMap(([, word = '', number = '']) => [word, number]);
}

function compareWords(one: string, other: string): number {
	for (let at = 0; at < Math.max(one.length, other.length); at++) {
		const order = weightAt(one, at) - weightAt(other, at);
		if (order !== 0) return order;
	}
	return 0;
}

/** A tilde is before the end, the end before letters, and letters before all else. */
function weightAt(word: string, at: number): number {
	const character = word[at];
	if (character === undefined) return 0;
	if (character === '~') return -1;
	const code = character.charCodeAt(0);
	return /[A-Za-z]/.test(character) ? code : code + 0x10000;
}

/** Of any length. */
function compareNumbers(one: string, other: string): number {
	const left = one.replace(/^0+/, '');
	const right = other.replace(/^0+/, '');
	if (left.length !== right.length) return left.length - right.length;
	return left < right ? -1 : Number(left > right);
}
