import type {PackageVersions} from './package-versions.ts';

/** Of a package with these, dpkg has no files any more. */
const absentStates: ReadonlySet<string | undefined> = new Set([
	undefined,
	'not-installed',
	'config-files',
]);

/**
 * The packages that the database of dpkg says are there, half configured ones too. Those of which several
 * architectures can be there at once have theirs in the name, as dpkg itself shows them: `libc6:amd64`.
 * @see https://www.debian.org/doc/debian-policy/ch-controlfields.html
 */
export function parseDpkgStatus(text: string): PackageVersions {
	const versions = new Map<string, string>();
	for (const stanza of text.split(/\n\s*\n/)) {
		const fields = fieldsOf(stanza);
		const name = fields.get('package');
		const version = fields.get('version');
		const state = fields.get('status')?.split(' ')[2];
		if (name === undefined || version === undefined || absentStates.has(state)) continue;
		const isOneOfSeveral = fields.get('multi-arch') === 'same';
		versions.set(isOneOfSeveral ? `${name}:${fields.get('architecture')}` : name, version);
	}
	return versions;
}

/** First lines of fields by name in lower case; the lines that go on with a field begin with a space. */
function fieldsOf(stanza: string): Map<string, string> {
	const fields = stanza.matchAll(/^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/gm);
	return new Map([...fields].map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}
