import type {BootEntry} from '../../../engine/boot/boot-loader.ts';
import type {Tries} from '../../../engine/boot/entry-name.ts';
import type {DeploymentSet, ReadableDeployment} from '../../../engine/deployment/deployment.ts';
import type {Origin} from '../../../engine/deployment/origin.ts';

export const sampleOrigin: Origin = {
	version: 1,
	image: {image: 'registry.example.com/myos:latest', transport: 'registry'},
	manifestDigest: `sha256:${'a1'.repeat(32)}`,
	configDigest: `sha256:${'b2'.repeat(32)}`,
	imageVersion: '13.1',
	imageTimestamp: '2026-03-01T10:00:00Z',
	architecture: 'amd64',
	imageVerity: {algorithm: 'sha256', digest: '3f2a9c1b4d5e'.padEnd(64, '0')},
	kernelVersion: '6.12.48-amd64',
	kernelArguments: [{argument: 'quiet', source: '/usr/lib/slipway/kargs.d/10-quiet.toml'}],
	sequence: 1,
	created: '2026-03-02T08:30:00.000Z',
	pinned: false,
	installed: {
		slipwayVersion: '0.1.0',
		layout: 'ext4',
		source: 'container',
		time: '2026-03-02T08:30:00.000Z',
	},
};

/** The sequence is the serial plus one, as on a machine that was only ever updated. */
export function sampleDeployment(
	serial: number,
	changes: Partial<Origin> = {},
): ReadableDeployment {
	const origin = {...sampleOrigin, sequence: serial + 1, ...changes};
	return {id: `3f2a9c1b4d5e.${serial}`, origin};
}

export function sampleEntry(serial: number, tries?: Tries, sequence = serial + 1): BootEntry {
	const deploymentId = `3f2a9c1b4d5e.${serial}`;
	return {deploymentId, title: `Debian (${deploymentId})`, sequence, tries};
}

export const fresh: Tries = {left: 3, done: 0};
export const failed: Tries = {left: 0, done: 3};

/** A machine with these entries, a deployment for each, and one of them running. */
export function sampleMachine(entries: readonly BootEntry[], booted?: number): DeploymentSet {
	const serials = entries.map(({deploymentId}) => Number(deploymentId.split('.')[1]));
	return {
		deployments: [...serials].sort().map((serial) => sampleDeployment(serial)),
		entries,
		bootedId: booted === undefined ? undefined : `3f2a9c1b4d5e.${booted}`,
	};
}
