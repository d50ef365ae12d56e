import type {MachineEtcDiff} from '../../engine/deployment/diff-machine.ts';
import type {EtcDifference} from '../../engine/deployment/etc-diff.ts';
import {printableText} from '../../engine/tree/printable.ts';
import type {ByteString} from '../../engine/tree/tree.ts';

const letters: Readonly<Record<EtcDifference, string>> = {
	added: 'A',
	changed: 'M',
	metadata: 'P',
	type: 'T',
	removed: 'D',
	unreadable: '?',
};

/** What `slipway diff` prints. */
export function formatEtcDiff({changes, etcFrom, newDefaultsKnown}: MachineEtcDiff): string[] {
	const lines = changes.map(
		({path, difference, hidesNewDefault}) =>
			`${letters[difference]}${hidesNewDefault ? 'H' : ' '} ${printableText(pathText(path))}`,
	);
	if (lines.length === 0) return ['no local changes to /etc'];
	return newDefaultsKnown
		? lines
		: [...lines, `new defaults are not known: deployment ${etcFrom} is gone`];
}

/** Bytes that are no UTF-8 become U+FFFD. */
export function pathText(path: ByteString): string {
	return Buffer.from(path, 'latin1').toString('utf8');
}
