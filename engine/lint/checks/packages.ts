import type {ImageRoot} from '../image-root.ts';
import type {Check, Problem} from '../lint.ts';

/** Programs that an install of the image runs, from the image itself, and their Debian packages. */
const installPrograms: Readonly<Record<string, string>> = {
	sfdisk: 'fdisk',
	mke2fs: 'e2fsprogs',
	debugfs: 'e2fsprogs',
	'mkfs.vfat': 'dosfstools',
	mcopy: 'mtools',
	lsblk: 'util-linux',
	blkid: 'util-linux',
};

const programFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export const installTools: Check = {
	name: 'install-tools',
	severity: 'error',
	reason: 'The image installs itself with its own programs.',
	fix: `Install the packages ${[...new Set(Object.values(installPrograms))].join(', ')} (names of Debian).`,
	async find(root) {
		const problems: Problem[] = [];
		for (const [program, packageName] of Object.entries(installPrograms))
			if (!(await hasProgram(root, program)))
				problems.push(`the program ${program} is missing (package ${packageName})`);
		return problems;
	},
};

async function hasProgram(root: ImageRoot, program: string): Promise<boolean> {
	for (const folder of programFolders)
		if ((await root.followed(`${folder}/${program}`))?.type === 'file') return true;
	return false;
}

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
