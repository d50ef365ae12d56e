import type {CommandEntry} from '../command-line.ts';

/** All commands, in the order of the overview. */
export const commandTable: readonly CommandEntry[] = [
	{
		name: 'lint',
		summary: 'Check that an image will install and boot',
		load: async () => (await import('./lint.ts')).command,
	},
];
