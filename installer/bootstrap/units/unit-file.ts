/** What a unit file says of how it is enabled. */
export interface InstallSection {
	readonly wantedBy: readonly string[];
	readonly requiredBy: readonly string[];
	readonly upheldBy: readonly string[];
	readonly alias: readonly string[];
	readonly also: readonly string[];
	readonly defaultInstance: string | undefined;
}

/**
 * Reads the `[Install]` section; undefined when there is none. An empty value takes back those before it.
 * @see systemd.unit(5)
 */
export function parseInstallSection(text: string): InstallSection | undefined {
	const values = new Map<string, string[]>();
	let isInstall = false;
	let isThere = false;
	for (const line of text
		.replaceAll(/\\\n/g, ' ')
		.split('\n')
		.map((one) => one.trim())) {
		if (line.startsWith('[')) {
			isInstall = line === '[Install]';
			isThere ||= isInstall;
			continue;
		}
		const [, key, value] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line) ?? [];
		if (!isInstall || key === undefined || value === undefined) continue;
		const words = value.split(/\s+/).filter((word) => word !== '');
		values.set(key, words.length === 0 ? [] : [...(values.get(key) ?? []), ...words]);
	}
	if (!isThere) return undefined;
	return {
		wantedBy: values.get('WantedBy') ?? [],
		requiredBy: values.get('RequiredBy') ?? [],
		upheldBy: values.get('UpheldBy') ?? [],
		alias: values.get('Alias') ?? [],
		also: values.get('Also') ?? [],
		defaultInstance: values.get('DefaultInstance')?.at(-1),
	};
}
