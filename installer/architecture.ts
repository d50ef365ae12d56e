import {type BootArchitecture, bootArchitecture} from '../engine/boot/architecture.ts';
import type {Architecture as PartitionArchitecture} from './disk/partition-types.ts';

/** One that slipway boots, with the name that partition types have for it. */
export interface Architecture extends BootArchitecture {
	readonly partition: PartitionArchitecture;
}

const partitionArchitectures: Readonly<Record<BootArchitecture['oci'], PartitionArchitecture>> = {
	amd64: 'x86-64',
	arm64: 'arm64',
};

/**
 * The architecture that runs here, and so of an image that installs itself.
 * @throws Lacking `unknown-architecture`
 */
export function hostArchitecture(name?: string): Architecture {
	const architecture = bootArchitecture(name);
	return {...architecture, partition: partitionArchitectures[architecture.oci]};
}
