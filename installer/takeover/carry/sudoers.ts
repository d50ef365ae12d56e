import type {ImageRoot} from '../../../engine/lint/image-root.ts';
import type {UserAnswers} from '../../answers/answers.ts';

export type SudoLevel = UserAnswers['sudo'];

/** A rule that lets somebody do all as root on every host. */
export interface SudoRule {
	/** Names of users, and of groups with `%` in front. */
	readonly who: readonly string[];
	readonly level: Exclude<SudoLevel, 'none'>;
}

/** Rules of sudoers and the files beside it, in their order. Those that allow less are none here. */
export async function readSudoers(old: ImageRoot): Promise<SudoRule[]> {
	const text = (await old.text('/etc/sudoers')) ?? (await old.text('/usr/etc/sudoers')) ?? '';
	const texts = [text];
	const folder = '/etc/sudoers.d';
	if (includesFolder.test(text))
		// As sudo does, which takes others for what editors and packages left.
		for (const name of await old.list(folder))
			if (!/\.|~$/.test(name)) texts.push((await old.text(`${folder}/${name}`)) ?? '');
	return texts.flatMap(parseSudoers);
}

const includesFolder = /^[#@]includedir\s+\/etc\/sudoers\.d\/?\s*$/m;
/** `NAME,%GROUP ALL=(ALL:ALL) TAG: ALL` */
const allRule =
	/^([^\s=,]+(?:\s*,\s*[^\s=,]+)*)\s+ALL\s*=\s*(?:\(\s*(?:ALL|root)(?:\s*:\s*ALL)?\s*\))?\s*((?:[A-Z_]+:\s*)*)ALL$/;

/** @see sudoers(5) */
export function parseSudoers(text: string): SudoRule[] {
	const lines = text.replace(/\\\n/g, ' ').split('\n');
	return lines.flatMap((line) => {
		const [, who = '', tags = ''] = allRule.exec(line.replace(/#.*/, '').trim()) ?? [];
		const names = who.split(',').map((name) => name.trim());
		if (who === '') return [];
		return [{who: names, level: /NOPASSWD:/.test(tags) ? 'nopasswd' : 'password'}];
	});
}

/** The last rule for somebody counts, as for sudo. */
export function sudoLevel(
	rules: readonly SudoRule[],
	name: string,
	groups: readonly string[],
): SudoLevel {
	const names = new Set([name, ...groups.map((group) => `%${group}`)]);
	return rules.findLast(({who}) => who.some((one) => names.has(one)))?.level ?? 'none';
}
