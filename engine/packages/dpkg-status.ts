import type {InstalledPackage, PackageVersions} from './package-versions.ts';

/** Of a package with these, dpkg has no files any more. */
const absentStates: ReadonlySet<string | undefined> = new Set([
	undefined,
	'not-installed',
	'config-files',
]);

/** A package with whether several architectures of it can be there at once. */
interface DpkgPackage extends InstalledPackage {
	readonly isOneOfSeveral: boolean;
}

/**
 * The packages that the database of dpkg says are there, half configured ones too.
 * @see https://www.debian.org/doc/debian-policy/ch-controlfields.html
 */
export function listDpkgPackages(text: string): DpkgPackage[] {
	return text.split(/\n\s*\n/).flatMap((stanza) => {
		const fields = fieldsOf(stanza);
		const name = fields.get('package');
		const version = fields.get('version');
		const state = fields.get('status')?.split(' ')[2];
		if (name === undefined || version === undefined || absentStates.has(state)) return [];
		const isOneOfSeveral = fields.get('multi-arch') === 'same';
		return {name, version, architecture: fields.get('architecture'), isOneOfSeveral};
	});
}

/**
 * The same by name. Those of which several architectures can be there at once have theirs in the name, as
 * dpkg itself shows them: `libc6:amd64`.
 */
export function parseDpkgStatus(text: string): PackageVersions {
	return new Map(
		listDpkgPackages(text).map(({name, version, architecture, isOneOfSeveral}) => [
			isOneOfSeveral ? `${name}:${architecture}` : name,
			version,
		]),
	);
}

/** First lines of fields by name in lower case; the lines that go on with a field begin with a space. */
function fieldsOf(stanza: string): Map<string, string> {
	const fields = stanza.matchAll(/^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/gm);
	return new Map([...fields].map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}
