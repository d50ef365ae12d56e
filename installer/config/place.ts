import {withoutSecrets} from '../answers/web-address.ts';

/** Where something stands. */
export interface Place {
	/** As it was given: a path or a URL. */
	readonly file: string;
	/** Both from 1; columns count characters. */
	readonly line: number;
	readonly column: number;
	/** The line that brought this file in. */
	readonly includedFrom: Place | undefined;
}

/** `/tmp/disk.ks:3:6, included from site.ks:16:1` */
export function formatPlace({file, line, column, includedFrom}: Place): string {
	const here = `${withoutSecrets(file)}:${line}:${column}`;
	return includedFrom === undefined ? here : `${here}, included from ${formatPlace(includedFrom)}`;
}
