import {Lacking} from '../errors.ts';
import type {EfiArchitecture} from './systemd-boot-files.ts';

/** An architecture that slipway boots, under the names that kernel, images and firmware have for it. */
export interface BootArchitecture {
	readonly kernel: 'x86_64' | 'aarch64';
	readonly oci: 'amd64' | 'arm64';
	readonly efi: EfiArchitecture;
}

const architectures: Readonly<Record<string, BootArchitecture>> = {
	x64: {kernel: 'x86_64', oci: 'amd64', efi: 'x64'},
	arm64: {kernel: 'aarch64', oci: 'arm64', efi: 'aa64'},
};

/**
 * The architecture that runs here, and so of the image that runs here.
 * @throws Lacking `unknown-architecture`
 */
export function bootArchitecture(name: string = process.arch): BootArchitecture {
	const known = architectures[name];
	if (known !== undefined) return known;
	const names = Object.values(architectures).map(({kernel}) => kernel);
	throw new Lacking('unknown-architecture', `slipway does not boot on ${name}`, {
		hint: `Use a machine with ${names.join(' or ')}.`,
	});
}
