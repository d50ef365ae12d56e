import {unescapeOctal} from '../../../engine/system/mount-points.ts';

/** @see fstab(5) */
export interface FstabLine {
	readonly source: string;
	readonly place: string;
	readonly type: string;
	readonly options: readonly string[];
	readonly rest: readonly string[];
}

export function parseFstab(text: string): FstabLine[] {
	return text.split('\n').flatMap((line) => {
		const [source, place, type, options = 'defaults', ...rest] = line.trim().split(/\s+/);
		if (!source || source.startsWith('#') || place === undefined || type === undefined) return [];
		return [{source, place: unescapeOctal(place), type, options: options.split(','), rest}];
	});
}

export function formatFstabLine({source, place, type, options, rest}: FstabLine): string {
	return [source, escapePlace(place), type, options.join(','), ...rest].join(' ');
}

function escapePlace(text: string): string {
	return text.replace(
		/[\s\\]/g,
		(character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
	);
}
