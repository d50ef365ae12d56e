import type {CommandEntry} from '../command-line.ts';

/** All commands, in the order of the overview. */
export const commandTable: readonly CommandEntry[] = [
	{
		name: 'install',
		summary: 'Write this image onto a disk, so that the disk boots',
		load: async () => (await import('./install.ts')).command,
	},
	{
		name: 'status',
		summary: 'Say what runs on this machine, and what else could',
		load: async () => (await import('./status.ts')).command,
	},
	{
		name: 'health',
		summary: 'Run the checks that say whether this system works',
		load: async () => (await import('./health.ts')).command,
	},
	{
		name: 'digest',
		summary: 'Print the digest that names a root file system',
		load: async () => (await import('./digest.ts')).command,
	},
	{
		name: 'image inspect',
		summary: 'List what is in an image',
		load: async () => (await import('./image-inspect.ts')).command,
	},
	{
		name: 'image record',
		summary: 'Write down what containers do not show of their image',
		load: async () => (await import('./image-record.ts')).command,
	},
	{
		name: 'verify',
		summary: 'Check that everything on this machine is what it was built to be',
		load: async () => (await import('./verify.ts')).command,
	},
	{
		name: 'gc',
		summary: 'Remove what no deployment uses',
		load: async () => (await import('./gc.ts')).command,
	},
	{
		name: 'lint',
		summary: 'Check that an image will install and boot',
		load: async () => (await import('./lint.ts')).command,
	},
];
