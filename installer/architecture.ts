import type {EfiArchitecture} from '../engine/boot/systemd-boot-files.ts';
import {Lacking} from '../engine/errors.ts';
import type {Architecture as PartitionArchitecture} from './disk/partition-types.ts';

/** An architecture under the names that kernel, images, firmware and partition types have for it. */
export interface Architecture {
	readonly kernel: 'x86_64' | 'aarch64';
	readonly oci: 'amd64' | 'arm64';
	readonly efi: EfiArchitecture;
	readonly partition: PartitionArchitecture;
}

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
	const names = Object.values(architectures).map(({kernel}) => kernel);
	throw new Lacking('unknown-architecture', `slipway does not install on ${name}`, {
		hint: `Use a machine with ${names.join(' or ')}.`,
	});
}
