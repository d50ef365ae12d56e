import {UsageError} from '../../errors.ts';
import {checkFolders} from '../../health/arrange-checks.ts';
import {healthSettings, healthSettingsFiles} from '../../health/health-settings.ts';
import type {ImageRoot} from '../image-root.ts';
import type {Check, Problem} from '../lint.ts';

export const healthChecks: Check = {
	name: 'health-checks',
	severity: 'warning',
	reason: 'A health check that is not run keeps no bad image from being called good.',
	fix: 'Make the file executable in the build: RUN chmod +x FILE',
	async find(root) {
		const problems: Problem[] = [];
		for (const {path, family} of checkFolders) {
			if (family !== 'slipway') continue;
			for (const name of await root.list(path)) {
				const facts = await root.followed(`${path}/${name}`);
				if (facts?.type === 'file' && (facts.mode & 0o111) === 0)
					problems.push(`${path}/${name} is not executable`);
			}
		}
		return problems;
	},
};

export const healthSettingsCheck: Check = {
	name: 'health-settings',
	severity: 'error',
	reason: 'A machine whose health cannot be checked takes no update for good, and falls back.',
	fix: 'Write it as TOML: time-limit = 120, and [time-limits] with lines such as 10-web = 600.',
	async find(root) {
		const problems: string[] = [];
		for (const path of healthSettingsFiles) problems.push(...(await findMistake(root, path)));
		return problems;
	},
};

async function findMistake(root: ImageRoot, path: string): Promise<string[]> {
	const text = await root.text(path);
	try {
		if (text !== undefined) healthSettings([{path, text}]);
		return [];
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		return [error.message];
	}
}
