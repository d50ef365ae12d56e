import type {Check, Problem} from '../lint.ts';

/** Folders at the top of a root: the machine mounts something on each, and cannot make them. */
export const mountPointPaths: readonly string[] = [
	'/boot',
	'/sysroot',
	'/dev',
	'/etc',
	'/proc',
	'/run',
	'/sys',
	'/tmp',
	'/var',
];

export const mountPoints: Check = {
	name: 'mount-points',
	severity: 'error',
	reason:
		'The machine mounts file systems there on a read-only root, in which it can make no folder.',
	fix: `Make the folders: RUN mkdir -p ${mountPointPaths.join(' ')}`,
	async find(root) {
		const problems: Problem[] = [];
		for (const path of mountPointPaths)
			if ((await root.facts(path))?.type !== 'directory') problems.push(`${path} is not a folder`);
		return problems;
	},
};

export const emptyBoot: Check = {
	name: 'empty-boot',
	severity: 'warning',
	reason: '/boot belongs to the machine: what the image has there is left out of deployments.',
	fix: 'Empty it at the end of the build: RUN find /boot -mindepth 1 -delete',
	async find(root) {
		if (root.isCovered('/boot')) return [];
		const names = await root.list('/boot');
		return names.length === 0 ? [] : [`/boot holds ${enumerate(names)}`];
	},
};

/** A package manager's records: every image has them, and they are not the machine's data. */
const packageRecords = /^\/var\/(lib\/(dpkg|apt|rpm|dnf|pacman)|cache|log)(\/|$)/;

export const varContent: Check = {
	name: 'var-content',
	severity: 'note',
	reason: '/var is copied when a machine is installed; later images do not change it there.',
	fix: 'Ship defaults in /usr and let tmpfiles.d make what /var needs.',
	async find(root) {
		if (root.isCovered('/var')) return [];
		const folders = new Set<string>();
		for await (const [path, {type}] of root.walk('/var'))
			if (type === 'file' && !packageRecords.test(path))
				folders.add(path.split('/').slice(0, 4).join('/'));
		return folders.size === 0 ? [] : [`/var has files at ${enumerate([...folders].sort())}`];
	},
};

export const volatileContent: Check = {
	name: 'volatile-content',
	severity: 'note',
	reason: 'A file system in memory is mounted there on the machine, so content is never seen.',
	fix: 'Remove it in the step that makes it: RUN … && rm -rf /run/* /tmp/*',
	async find(root) {
		const problems: Problem[] = [];
		for (const folder of ['/run', '/tmp']) {
			// The root that runs uses them; what the image has there cannot be told apart.
			if (root.isRunning || root.isCovered(folder)) continue;
			const names = await root.list(folder);
			if (names.length > 0) problems.push(`${folder} holds ${enumerate(names)}`);
		}
		return problems;
	},
};

export const worldWritable: Check = {
	name: 'world-writable',
	severity: 'warning',
	reason: 'Anybody on the machine may change the file, which is rarely meant.',
	fix: 'Take the permission away: RUN chmod o-w FILE',
	async find(root) {
		const paths: string[] = [];
		for (const folder of ['/etc', '/usr'])
			for await (const [path, {type, mode}] of root.walk(folder))
				if ((type === 'file' || type === 'directory') && mode & 0o002 && !(mode & 0o1000))
					paths.push(path);
		return paths.length === 0 ? [] : [`everybody may write to ${enumerate(paths.sort())}`];
	},
};

/** `a, b, c and 12 more`. */
function enumerate(names: readonly string[], shown = 3): string {
	const rest = names.length - shown;
	return rest <= 0 ? names.join(', ') : `${names.slice(0, shown).join(', ')} and ${rest} more`;
}
