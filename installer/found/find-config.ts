/** Looks for a configuration as a live system does that was started with nobody present. */
import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {EngineError, Refused, UsageError} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';
import {withoutSecrets} from '../answers/web-address.ts';
import {loadConfig} from '../config/load-config.ts';
import {mediumConfigFiles, mediumLenience, mediumPermit} from '../live/medium-config.ts';
import {type BootArguments, bootArguments} from './boot-arguments.ts';
import {
	type ConfigPlace,
	configFiles,
	configPlaces,
	describePlace,
	embeddedConfig,
	embeddedPermit,
} from './config-places.ts';
import {type LabelledVolume, parseVolumes, volumeArguments} from './volumes.ts';

/** Where the volume of the configuration is mounted, and stays so: it may name other files there. */
export const volumeFolder = '/run/slipway/config';

export interface FoundConfig {
	/** For people. */
	readonly place: string;
	/** Path or URL, for messages. */
	readonly name: string;
	readonly text: string;
	/** Named by who started the machine, or merely there. */
	readonly origin: 'named' | 'found';
	/** Whether what brought it says that it may wipe: a medium or an image, of its own configuration alone. */
	readonly hasPermit: boolean;
	/** Of a kickstart on a medium: read as leniently as when the medium was made. */
	readonly isLenient: boolean;
}

export interface ConfigSearch {
	readonly arguments: BootArguments;
	readonly found:
		| {readonly kind: 'none'}
		| {readonly kind: 'config'; readonly config: FoundConfig}
		/** There is one that cannot be had; no other one takes its place. */
		| {readonly kind: 'unusable'; readonly place: string; readonly error: EngineError};
	/** What holds less than what was found, or has nothing; for people. */
	readonly passedOver: readonly string[];
}

export interface SearchWorld {
	readonly system: Pick<System, 'run'>;
	readonly fetch: typeof fetch;
	readonly signal: AbortSignal;
	/** Waits for so many ms. */
	readonly pause: (milliseconds: number) => Promise<void>;
	/** Of this process; the system's own when undefined. */
	readonly credentials: string | undefined;
	/** Root of /proc and of the image, for tests. */
	readonly root?: string;
	readonly volumeFolder?: string;
}

export async function findConfig(world: SearchWorld): Promise<ConfigSearch> {
	const {system, root = '/'} = world;
	const place = (file: string) => path.join(root, file);
	const said = bootArguments(readFileSync(place('proc/cmdline'), 'utf8'));
	// Sticks may still be on their way.
	await system.run('udevadm', ['settle', '--timeout=10'], {okStatuses: [0, 1]});
	const volumes = parseVolumes((await system.run('lsblk', volumeArguments)).stdout);
	const credential = path.join(
		world.credentials ?? place('run/credentials/@system'),
		'slipway.config',
	);
	const places = configPlaces({
		arguments: said,
		credential: existsSync(credential) ? credential : undefined,
		volumes,
		medium: mediumConfigFiles.find((file) => existsSync(place(file))),
		hasEmbedded: existsSync(place(embeddedConfig)),
	});
	return {arguments: said, ...(await firstConfig(places, volumes, world))};
}

async function firstConfig(
	places: readonly ConfigPlace[],
	volumes: readonly LabelledVolume[],
	world: SearchWorld,
): Promise<Omit<ConfigSearch, 'arguments'>> {
	const passedOver: string[] = [];
	for (const [index, each] of places.entries()) {
		const place = describePlace(each);
		try {
			const config = await readPlace(each, volumes, world);
			if (config === undefined) {
				passedOver.push(`${place}, which has none of ${configFiles.join(', ')}`);
				continue;
			}
			passedOver.push(...places.slice(index + 1).map(describePlace));
			return {found: {kind: 'config', config: {...config, place}}, passedOver};
		} catch (error) {
			if (!(error instanceof EngineError)) throw error;
			passedOver.push(...places.slice(index + 1).map(describePlace));
			return {found: {kind: 'unusable', place, error}, passedOver};
		}
	}
	return {found: {kind: 'none'}, passedOver};
}

/** Of what brought a configuration, about it. */
const nothingSaid = {hasPermit: false, isLenient: false} as const;

async function readPlace(
	place: ConfigPlace,
	volumes: readonly LabelledVolume[],
	world: SearchWorld,
): Promise<Omit<FoundConfig, 'place'> | undefined> {
	const {root = '/', volumeFolder: folder = volumeFolder} = world;
	const read = async (name: string, sha256: string | undefined) =>
		await loadPatiently({name, sha256}, world);
	switch (place.kind) {
		case 'kernel-argument': {
			if (place.volume !== undefined) await mountVolume(place.volume, volumes, world);
			const name = place.volume === undefined ? place.name : path.join(folder, place.name);
			const text = await read(name, place.sha256);
			return {name: withoutSecrets(name), text, origin: 'named', ...nothingSaid};
		}
		case 'credential':
			return {
				name: place.path,
				text: await read(place.path, undefined),
				origin: 'found',
				...nothingSaid,
			};
		case 'volume': {
			await mountVolume(place.label, volumes, world);
			const name = configFiles
				.map((file) => path.join(folder, file))
				.find((file) => existsSync(file));
			if (name !== undefined)
				return {name, text: await read(name, undefined), origin: 'found', ...nothingSaid};
			await world.system.run('umount', [folder]);
			return undefined;
		}
		case 'medium':
		case 'embedded': {
			const name = path.join(root, place.path);
			const isThere = (file: string) => existsSync(path.join(root, file));
			const isOfMedium = place.kind === 'medium';
			return {
				name,
				text: await read(name, undefined),
				origin: 'found',
				hasPermit: isThere(isOfMedium ? mediumPermit : embeddedPermit),
				isLenient: isOfMedium && isThere(mediumLenience),
			};
		}
	}
}

async function mountVolume(
	label: string,
	volumes: readonly LabelledVolume[],
	{system, volumeFolder: folder = volumeFolder}: SearchWorld,
): Promise<void> {
	const [volume, ...others] = volumes.filter((each) => each.label === label);
	if (volume === undefined)
		throw new UsageError(`there is no volume labelled ${label}`, {
			hint: 'Look whether its medium is attached.',
		});
	if (others.length > 0) {
		const devices = [volume, ...others].map(({device}) => device).join(', ');
		throw new Refused('two-volumes', `several volumes are labelled ${label}: ${devices}`, {
			hint: 'Leave one of them.',
		});
	}
	// Another console has looked as well.
	const query = ['--noheadings', '--output', 'SOURCE', '--mountpoint', folder];
	const mounted = await system.run('findmnt', query, {okStatuses: [0, 1]});
	if (mounted.stdout.trim() === volume.device) return;
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const options = 'ro,nosuid,nodev,noexec';
	await system.run('mount', ['-o', options, volume.device, folder]);
}

/** The network may come up later than this. */
const pausesMs = [2000, 3000, 5000, 10_000, 20_000, 30_000] as const;

async function loadPatiently(
	source: Parameters<typeof loadConfig>[0],
	{fetch, signal, pause}: SearchWorld,
): Promise<string> {
	for (const wait of pausesMs) {
		try {
			return await load();
		} catch (error) {
			if (!(error instanceof Refused) || error.code !== 'config-unreachable') throw error;
			await pause(wait);
		}
	}
	return await load();

	async function load(): Promise<string> {
		return await loadConfig(source, {fetch, stdin: noInput(), signal});
	}
}

async function* noInput(): AsyncGenerator<Uint8Array> {
	yield* [];
}
