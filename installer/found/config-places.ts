/** Where a configuration may lie that nobody named on a command line, and which of several holds. */
import {withoutSecrets} from '../answers/web-address.ts';
import {isWebAddress} from '../config/load-config.ts';
import type {BootArguments} from './boot-arguments.ts';
import type {LabelledVolume} from './volumes.ts';

export type ConfigPlace =
	/** Named by the kernel's command line. `volume` is a label that the path is on. */
	| {
			readonly kind: 'kernel-argument';
			readonly name: string;
			readonly sha256: string | undefined;
			readonly volume: string | undefined;
	  }
	/** A path of one. */
	| {readonly kind: 'credential'; readonly path: string}
	| {readonly kind: 'volume'; readonly label: string}
	/** Brought by the live medium, or by the image. */
	| {readonly kind: 'medium'; readonly path: string}
	| {readonly kind: 'embedded'; readonly path: string};

/** Labels of volumes that are looked for, and the files on them. */
export const configLabels = ['SLIPWAY-CFG', 'OEMDRV'] as const;
export const configFiles = ['slipway.toml', 'slipway.json', 'ks.cfg'] as const;

/** What the image itself brings. `install.toml` beside it is about layouts. */
export const embeddedConfig = '/usr/lib/slipway/unattended.toml';
/** Made by who makes the image, so that {@link embeddedConfig} may wipe: nothing that is found elsewhere. */
export const embeddedPermit = '/usr/lib/slipway/may-wipe';

export interface WhatIsThere {
	readonly arguments: BootArguments;
	/** Path of the credential `slipway.config`, when there is one. */
	readonly credential: string | undefined;
	readonly volumes: readonly LabelledVolume[];
	/** Path of what the live medium has, when it has one. */
	readonly medium: string | undefined;
	readonly hasEmbedded: boolean;
}

/** All places that have something, the one that holds first. */
export function configPlaces(found: WhatIsThere): readonly ConfigPlace[] {
	const {arguments: said, credential, volumes, medium, hasEmbedded} = found;
	const labels = configLabels.filter((label) => volumes.some((volume) => volume.label === label));
	return [
		...(said.config === undefined ? [] : [namedPlace(said.config, said.sha256)]),
		...(credential === undefined ? [] : [{kind: 'credential', path: credential} as const]),
		// Who made the medium knows what it is for; a stick that happens to be there does not.
		...(medium === undefined ? [] : [{kind: 'medium', path: medium} as const]),
		...labels.map((label) => ({kind: 'volume', label}) as const),
		...(hasEmbedded ? [{kind: 'embedded', path: embeddedConfig} as const] : []),
	];
}

function namedPlace(config: string, sha256: string | undefined): ConfigPlace {
	const [, volume, path] = /^([^/:]+):(.+)$/.exec(config) ?? [];
	const isOnVolume = volume !== undefined && path !== undefined && !isWebAddress(config);
	return {
		kind: 'kernel-argument',
		name: isOnVolume ? path : config,
		sha256,
		volume: isOnVolume ? volume : undefined,
	};
}

/** For the middle of a sentence. */
export function describePlace(place: ConfigPlace): string {
	switch (place.kind) {
		case 'kernel-argument': {
			const volume = place.volume === undefined ? '' : `${place.volume}:`;
			return `slipway.config=${volume}${withoutSecrets(place.name)} of the kernel's command line`;
		}
		case 'credential':
			return 'the credential slipway.config';
		case 'volume':
			return `the volume labelled ${place.label}`;
		case 'medium':
			return `${place.path} of the medium`;
		case 'embedded':
			return `${place.path} of the image`;
	}
}
