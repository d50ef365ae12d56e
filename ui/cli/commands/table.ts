import type {CommandEntry} from '../command-line.ts';

/** All commands, in the order of the overview. */
export const commandTable: readonly CommandEntry[] = [
	{
		name: 'install',
		summary: 'Write this image onto a disk, so that the disk boots',
		load: async () => (await import('./install.ts')).command,
	},
	{
		name: 'install to-filesystem',
		summary: 'Write this image into file systems that are mounted',
		load: async () => (await import('./install-to-filesystem.ts')).command,
	},
	{
		name: 'install to-existing-root',
		summary: 'Turn the system that runs here into this image',
		load: async () => (await import('./install-to-existing-root.ts')).command,
	},
	{
		name: 'cleanup-previous',
		summary: 'Remove the system that this machine had before',
		load: async () => (await import('./cleanup-previous.ts')).command,
	},
	{
		name: 'disk',
		summary: 'Make disk images and live media of this image',
		load: async () => (await import('./disk.ts')).command,
	},
	{
		name: 'disk iso',
		summary: 'Copy a live medium with another configuration',
		load: async () => (await import('./disk-iso.ts')).command,
	},
	{
		name: 'run',
		summary: 'Boot a disk or an image as a virtual machine',
		load: async () => (await import('./run.ts')).command,
	},
	{
		name: 'disk verify',
		summary: 'List what is on a disk and not of its image',
		load: async () => (await import('./disk-verify.ts')).command,
	},
	{
		name: 'config check',
		summary: 'List all mistakes in the configuration of an installation',
		load: async () => (await import('./config-check.ts')).command,
	},
	{
		name: 'config convert',
		summary: "Print a configuration as slipway's own TOML",
		load: async () => (await import('./config-convert.ts')).command,
	},
	{
		name: 'config schema',
		summary: 'Print the JSON Schema of configurations',
		load: async () => (await import('./config-schema.ts')).command,
	},
	{
		name: 'install-background',
		summary: 'Write what the screens were told, with events in /run/slipway/install',
		isInternal: true,
		load: async () => (await import('./install-background.ts')).command,
	},
	{
		name: 'status',
		summary: 'Say what runs on this machine, and what else could',
		load: async () => (await import('./status.ts')).command,
	},
	{
		name: 'upgrade',
		summary: 'Bring the new image that this machine follows; the next boot tries it',
		load: async () => (await import('./upgrade.ts')).command,
	},
	{
		name: 'switch',
		summary: 'Follow another image',
		load: async () => (await import('./switch.ts')).command,
	},
	{
		name: 'auto-update',
		summary: 'Do what this machine has to do about updates now',
		load: async () => (await import('./auto-update.ts')).command,
	},
	{
		name: 'diff',
		summary: 'List local changes to /etc, and the new defaults they hide',
		load: async () => (await import('./diff.ts')).command,
	},
	{
		name: 'rollback',
		summary: 'Boot the deployment before this one, or another that is kept',
		load: async () => (await import('./rollback.ts')).command,
	},
	{
		name: 'pin',
		summary: 'Keep a deployment until it is unpinned',
		load: async () => (await import('./pin.ts')).command,
	},
	{
		name: 'unpin',
		summary: 'Let a deployment that was pinned be removed',
		load: async () => (await import('./unpin.ts')).command,
	},
	{
		name: 'delete',
		summary: 'Delete a deployment',
		load: async () => (await import('./delete.ts')).command,
	},
	{
		name: 'kargs',
		summary: 'List the kernel arguments, and what sets them',
		load: async () => (await import('./kargs.ts')).command,
	},
	{
		name: 'kargs add',
		summary: 'Add kernel arguments',
		load: async () => (await import('./kargs-add.ts')).command,
	},
	{
		name: 'kargs remove',
		summary: 'Take kernel arguments away',
		load: async () => (await import('./kargs-remove.ts')).command,
	},
	{
		name: 'kargs replace',
		summary: 'Give kernel parameters other values',
		load: async () => (await import('./kargs-replace.ts')).command,
	},
	{
		name: 'kargs apply',
		summary: 'Use the files of kernel arguments as they are now',
		load: async () => (await import('./kargs-apply.ts')).command,
	},
	{
		name: 'boot-loader update',
		summary: 'Make the boot loader as new as the one of the image',
		load: async () => (await import('./boot-loader-update.ts')).command,
	},
	{
		name: 'grow',
		summary: 'Give the root all of a disk that has become larger',
		load: async () => (await import('./grow.ts')).command,
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
