import type {KernelArgumentFile} from '../../../engine/boot/kargs-file.ts';
import type {KernelArgumentSources} from '../../../engine/boot/kernel-arguments.ts';

export const imageFile = '/usr/lib/slipway/kargs.d/10-image.toml';
export const siteFile = '/etc/slipway/kargs.d/10-site.toml';
export const ownFile = '/etc/slipway/kargs.d/99-slipway-kargs.toml';
export const lateFile = '/etc/slipway/kargs.d/zz-late.toml';

/** An image with `quiet console=tty0`, installed with `console=ttyS0`, and these files of the machine. */
export function sourcesWith(
	machine: Readonly<Record<string, string>> = {},
	image = 'kargs = ["quiet", "console=tty0"]',
): KernelArgumentSources {
	const files = Object.entries(machine).map(([path, text]): KernelArgumentFile => ({path, text}));
	return {
		image: [{path: imageFile, text: image}],
		installed: [{argument: 'console=ttyS0', source: 'install --karg'}],
		machine: files,
		architecture: 'x86_64',
	};
}
