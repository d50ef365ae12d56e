import {mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {hostSystem} from '../../engine/system/host.ts';
import {inspectPodmanHost, podmanCommandLine} from '../host/podman.ts';
import {imageName} from '../setup/image.ts';
import {type Registry, startRegistry} from '../setup/registry.ts';
import {type BenchContext, type Benchmark, type Contender, compare} from './benchmark.ts';
import {bundleProcess} from './bundle-process.ts';

/** The reference image in a registry on loopback, its layers compressed with gzip as most are. */
async function withRegistry<Result>(
	use: (registry: Registry, name: string, digest: string) => Promise<Result>,
): Promise<Result> {
	await using registry = await startRegistry();
	const digest = await registry.push(imageName, 'myos:latest');
	return await use(registry, `${registry.host}/myos:latest`, digest);
}

/** A folder of its own for each round: file systems are slow right after much was deleted. */
function inFolders(folder: string, side: string, command: (place: string) => Command): Contender {
	const placeOf = (round: number) => path.join(folder, `${side}-${round}`);
	return {
		async prepare(round) {
			mkdirSync(placeOf(round));
			hostSystem().syncFileSystem(folder);
		},
		command: (round) => command(placeOf(round)),
		cleanUp: async (round) => rmSync(placeOf(round), {recursive: true, force: true}),
	};
}

type Command = readonly [string, ...string[]];

/** Layers, objects and image in an empty store, all on the medium. */
async function ourPull({folder}: BenchContext, name: string): Promise<Contender> {
	const program = await bundleProcess('test/bench/pull-process.ts', folder);
	return inFolders(folder, 'pull-ours', (place) => [process.execPath, program, name, place]);
}

const shell = (script: string, ...args: readonly string[]): Command => [
	'sh',
	'-ec',
	script,
	'sh',
	...args,
];

export const pullBenchmark: Benchmark = {
	name: 'pull',
	title: 'image from a registry into an empty store, against skopeo copy, umoci unpack and sync',
	maxRatio: 0.6,
	run: (context) =>
		withRegistry(async (_, name) =>
			compare(
				'pull',
				{
					ours: await ourPull(context, name),
					peer: inFolders(context.folder, 'pull-umoci', (place) =>
						shell(
							`skopeo copy --quiet --src-tls-verify=false docker://$1 oci:$2/layout:myos
							umoci unpack --image $2/layout:myos $2/bundle
							sync -f $2`,
							name,
							place,
						),
					),
				},
				context.rounds,
			),
		),
};

export const podmanPullBenchmark: Benchmark = {
	name: 'pull-podman',
	title: 'the same, against podman pull into an empty storage and sync',
	maxRatio: 1,
	run: (context) =>
		withRegistry(async (_, name) => {
			const pull = ['pull', '--quiet', '--tls-verify=false', name];
			const [program = 'podman', ...args] = podmanCommandLine(inspectPodmanHost(), pull);
			const at = args.lastIndexOf('pull');
			return compare(
				'pull-podman',
				{
					ours: await ourPull(context, name),
					peer: inFolders(context.folder, 'pull-podman', (place) => [
						'sh',
						'-ec',
						'place=$1; shift; "$@"; sync -f "$place"',
						'sh',
						place,
						program,
						...args.slice(0, at),
						...['--root', `${place}/root`, '--runroot', `${place}/run`],
						...args.slice(at),
					]),
				},
				context.rounds,
			);
		}),
};

export const checkBenchmark: Benchmark = {
	name: 'check',
	title: 'whether there is an update, against skopeo inspect --raw',
	maxRatio: 3,
	run: ({folder, rounds}) =>
		withRegistry(async (_, name, digest) => {
			const program = await bundleProcess('test/bench/check-process.ts', folder);
			return compare(
				'check',
				{
					ours: {command: () => [process.execPath, program, name, digest]},
					peer: {
						command: () => [
							...(['skopeo', 'inspect', '--raw', '--tls-verify=false'] as const),
							`docker://${name}`,
						],
					},
				},
				rounds * 5,
			);
		}),
};
