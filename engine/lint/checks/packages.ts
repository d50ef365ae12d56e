import type {Check, Problem} from '../lint.ts';

const cacheFolders = [
	'/var/cache/apt',
	'/var/lib/apt/lists',
	'/var/cache/dnf',
	'/var/cache/libdnf5',
	'/var/cache/yum',
	'/var/cache/zypp',
	'/var/cache/pacman/pkg',
];
/** Less than this is not worth a line in a Containerfile. */
const smallestCache = 1 << 20;

export const packageCaches: Check = {
	name: 'package-caches',
	severity: 'warning',
	reason: 'They are copied to every machine and never used there.',
	fix: 'Clean up in the step that installs: RUN … && apt-get clean && rm -rf /var/lib/apt/lists/*',
	async find(root) {
		const problems: Problem[] = [];
		for (const folder of cacheFolders) {
			let size = 0;
			for await (const [, facts] of root.walk(folder))
				if (facts.type === 'file') size += facts.size;
			if (size >= smallestCache)
				problems.push(`${folder} holds ${Math.round(size / (1 << 20))} MiB of package files`);
		}
		return problems;
	},
};
