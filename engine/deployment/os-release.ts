import type {ImageReader} from '../image-reader.ts';

/** The fields of os-release(5) that boot menu and status show. */
export interface OsRelease {
	readonly prettyName: string;
	readonly imageVersion: string | undefined;
}

export async function readOsRelease(image: Pick<ImageReader, 'text'>): Promise<OsRelease> {
	const text = (await image.text('/usr/lib/os-release')) ?? (await image.text('/etc/os-release'));
	return parseOsRelease(text ?? '');
}

/**
 * All of its assignments. A value is bare or in quotes; a backslash in double quotes stands before what a shell would expand.
 * @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
export function osReleaseValues(text: string): ReadonlyMap<string, string> {
	const assignment = /^([A-Z_]+)=(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|((?!["'])\S*))$/gm;
	return new Map(
		[...text.matchAll(assignment)].map(([, key = '', double, single, bare]) => [
			key,
			double?.replace(/\\(["$`\\])/g, '$1') ?? single ?? bare ?? '',
		]),
	);
}

export function parseOsRelease(text: string): OsRelease {
	const values = osReleaseValues(text);
	return {
		prettyName: values.get('PRETTY_NAME') || values.get('NAME') || 'Linux',
		imageVersion: values.get('IMAGE_VERSION') || values.get('VERSION_ID') || undefined,
	};
}
