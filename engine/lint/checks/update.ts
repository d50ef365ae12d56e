import {UsageError} from '../../errors.ts';
import {hookFolders, hookPoints} from '../../update/hooks.ts';
import {settingsFiles, updateSettings} from '../../update/update-settings.ts';
import type {Check, Problem} from '../lint.ts';

export const updateSettingsCheck: Check = {
	name: 'update-settings',
	severity: 'error',
	reason: 'A machine that cannot read how to update itself does not, and never gets a better file.',
	fix: 'Correct it; /usr/lib/slipway/update.toml has each key with its default.',
	async find(root) {
		const problems: string[] = [];
		for (const path of settingsFiles) {
			const text = await root.text(path);
			if (text !== undefined) problems.push(...findMistakes(path, text));
		}
		return problems;
	},
};

export const updateHooks: Check = {
	name: 'update-hooks',
	severity: 'warning',
	reason: 'A hook that is not run keeps no update from coming at the wrong time.',
	fix: 'Make the file executable in the build: RUN chmod +x FILE',
	async find(root) {
		const problems: Problem[] = [];
		for (const folder of hookFolders.flatMap((one) => hookPoints.map((point) => `${one}/${point}`)))
			for (const name of await root.list(folder)) {
				const facts = await root.followed(`${folder}/${name}`);
				if (facts?.type === 'file' && (facts.mode & 0o111) === 0)
					problems.push(`${folder}/${name} is not executable`);
			}
		return problems;
	},
};

function findMistakes(path: string, text: string): string[] {
	try {
		updateSettings([{path, text}]);
		return [];
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return [error.message];
	}
}
