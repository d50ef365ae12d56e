import path from 'node:path';
import {homeSettings, type SettingsPlaces} from './places.ts';

/** Files of credentials, and the one that is read instead of all others. */
export interface AuthPlaces {
	readonly files: readonly string[];
	/** The option or variable that names the only file, which must be there then. */
	readonly namedBy: string | undefined;
}

/** For the system's own images, as ostree and bootc have them; the machine's before the image's. */
const systemFiles = [
	'/run/ostree/auth.json',
	'/etc/ostree/auth.json',
	'/usr/lib/ostree/auth.json',
] as const;

const variable = 'REGISTRY_AUTH_FILE';

/**
 * In the order in which they count, the first most.
 * @param authFile what a person gives with `--authfile`
 */
export function authPlaces(places: SettingsPlaces, authFile: string | undefined): AuthPlaces {
	const {environment} = places;
	if (authFile !== undefined) return {files: [authFile], namedBy: '--authfile'};
	const named = environment[variable];
	if (named) return {files: [named], namedBy: variable};
	const runtime = environment.XDG_RUNTIME_DIR;
	return {
		files: [
			...systemFiles,
			...(runtime ? [path.join(runtime, 'containers/auth.json')] : []),
			'/run/containers/0/auth.json',
			...homeFiles(places),
		],
		namedBy: undefined,
	};
}

function homeFiles(places: SettingsPlaces): string[] {
	const containers = homeSettings(places);
	const {HOME: home, DOCKER_CONFIG: dockerFolder} = places.environment;
	const docker = dockerFolder || (home ? path.join(home, '.docker') : undefined);
	return [
		...(containers === undefined ? [] : [path.join(containers, 'auth.json')]),
		...(places.includesHome && docker !== undefined ? [path.join(docker, 'config.json')] : []),
	];
}
