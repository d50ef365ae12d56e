import {Lacking} from '../engine/errors.ts';
import type {Architecture} from './image-files.ts';

const architectures: Readonly<Record<string, Architecture>> = {
	x64: {kernel: 'x86_64', oci: 'amd64', efi: 'x64', partition: 'x86-64'},
	arm64: {kernel: 'aarch64', oci: 'arm64', efi: 'aa64', partition: 'arm64'},
};

/**
 * The architecture that runs here, and so of an image that installs itself.
 * @throws Lacking `unknown-architecture`
 */
export function hostArchitecture(name: string = process.arch): Architecture {
	const known = architectures[name];
	if (known !== undefined) return known;
	throw new Lacking('unknown-architecture', `slipway does not install on ${name}`, {
		hint: `It installs on ${Object.values(architectures)
			.map(({kernel}) => kernel)
			.join(' and ')}.`,
	});
}
