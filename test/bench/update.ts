/** What an update moves and adds, in bytes, when it changes 5 MB of one file. */
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {podman} from '../host/podman.ts';
import {debianRoot, makeDebianRoot} from '../setup/debian-root.ts';
import {imageName} from '../setup/image.ts';
import {type Registry, startRegistry} from '../setup/registry.ts';
import type {BenchContext, Benchmark, BenchResult} from './benchmark.ts';
import {bundleProcess} from './bundle-process.ts';
import {measure} from './measure.ts';

const changedBytes = 5_000_000;
const changedFile = 'changed';
const pushedName = 'myos:latest';

interface Descriptor {
	readonly size: number;
	readonly annotations?: Readonly<Record<string, string>>;
}

/** What two versions in a row took. */
interface Update {
	/** That came from the registry for the second, requests and headers included. */
	readonly moved: number;
	/** By which the store grew for the second. */
	readonly added: number;
	/** Of the image of the second version's root. */
	readonly imageSize: number;
	/** Of the second version. */
	readonly layers: readonly Descriptor[];
	readonly peakMemory: number;
}

export const plainUpdateBenchmark: Benchmark = {
	name: 'update-plain',
	title: 'bytes moved when 5 MB of a file change, against the layer that has them',
	maxRatio: 1.1,
	unit: 'MB',
	async run(context) {
		const {moved, layers, peakMemory} = await update(context, 'zstd');
		return result('update-plain', moved, layers.at(-1)?.size ?? NaN, peakMemory);
	},
};

export const chunkedUpdateBenchmark: Benchmark = {
	name: 'update-chunked',
	title: 'the same in one layer of zstd:chunked, against the file and both tables of contents',
	maxRatio: 1.1,
	unit: 'MB',
	async run(context) {
		const {moved, layers, peakMemory} = await update(context, 'zstd:chunked');
		const tables = Object.entries(layers[0]?.annotations ?? {})
			.filter(([key]) => /zstd-chunked\.(manifest|tarsplit)-position$/.test(key))
			// OFFSET:LENGTH:…
			.map(([, place]) => Number(place.split(':')[1]));
		const expected = tables.reduce((sum, size) => sum + size, changedBytes);
		return result('update-chunked', moved, expected, peakMemory);
	},
};

export const addedBytesBenchmark: Benchmark = {
	name: 'update-disk',
	title: 'bytes added to the store by it, against the file and the new image of the root',
	maxRatio: 1.1,
	unit: 'MB',
	async run(context) {
		const {added, imageSize, peakMemory} = await update(context, 'zstd');
		return result('update-disk', added, changedBytes + imageSize, peakMemory);
	},
};

function result(name: string, ours: number, peer: number, peakMemory: number): BenchResult {
	return {name, ours, peer, ratio: ours / peer, peakMemory};
}

async function update({folder}: BenchContext, format: 'zstd' | 'zstd:chunked'): Promise<Update> {
	const place = path.join(folder, 'update');
	mkdirSync(place);
	await using registry = await startRegistry();
	await using proxy = await countingProxy(registry.port);
	try {
		const program = await bundleProcess('test/bench/pull-process.ts', place);
		const store = path.join(place, 'store');
		const pull = () =>
			measure([process.execPath, program, `127.0.0.1:${proxy.port}/${pushedName}`, store]);
		await pushVersion(registry, place, '1', format);
		await pull();
		const before = {moved: proxy.bytes(), disk: diskUsage(store), images: imagesIn(store)};
		const digest = await pushVersion(registry, place, '2', format);
		const {peakMemory} = await pull();
		const [image = ''] = [...imagesIn(store)].filter((name) => !before.images.has(name));
		return {
			moved: proxy.bytes() - before.moved,
			added: diskUsage(store) - before.disk,
			imageSize: statSync(path.join(store, 'images', image)).size,
			layers: await layersOf(registry, digest),
			peakMemory,
		};
	} finally {
		rmSync(place, {recursive: true});
	}
}

/** The reference image with a file that is another in each version: in a layer of its own, or all in one. */
async function pushVersion(
	registry: Registry,
	folder: string,
	version: string,
	format: 'zstd' | 'zstd:chunked',
): Promise<string> {
	writeFileSync(path.join(folder, changedFile), randomBytes(changedBytes));
	const recipe = path.join(folder, 'Containerfile');
	writeFileSync(recipe, `FROM ${imageName}\nCOPY ${changedFile} /usr/lib/${changedFile}\n`);
	const tag = `localhost/slipway-bench:${version}`;
	const isChunked = format === 'zstd:chunked';
	const squash = isChunked ? ['--squash-all'] : [];
	await podman(['build', '--quiet', ...squash, '--file', recipe, '--tag', tag, folder]);
	try {
		if (isChunked) return await pushChunked(tag, registry);
		return await registry.push(tag, pushedName, format);
	} finally {
		await podman(['rmi', tag]);
	}
}

/** With what newer programs add to such layers, and without which no tar can be rebuilt from files. */
async function pushChunked(image: string, {host}: Registry): Promise<string> {
	const root = debianRoot('trixie-skopeo');
	makeDebianRoot('trixie', ['--variant=minbase', '--include=skopeo'], path.basename(root));
	const layout = path.join(root, 'tmp/layout');
	rmSync(layout, {recursive: true, force: true});
	await podman(['save', '--quiet', '--format', 'oci-dir', '--output', layout, image]);
	execFileSync('chroot', [
		...[root, 'skopeo', 'copy', '--quiet', '--insecure-policy', '--dest-tls-verify=false'],
		...['--dest-compress-format', 'zstd:chunked'],
		...['--digestfile', '/tmp/digest', 'oci:/tmp/layout', `docker://${host}/${pushedName}`],
	]);
	rmSync(layout, {recursive: true});
	return readFileSync(path.join(root, 'tmp/digest'), 'utf8');
}

async function layersOf({host}: Registry, digest: string): Promise<readonly Descriptor[]> {
	const answer = await fetch(`http://${host}/v2/myos/manifests/${digest}`, {
		headers: {accept: 'application/vnd.oci.image.manifest.v1+json'},
	});
	const {layers} = (await answer.json()) as {readonly layers: readonly Descriptor[]};
	return layers;
}

function imagesIn(store: string): Set<string> {
	return new Set(readdirSync(path.join(store, 'images')));
}

/** Bytes of blocks. */
function diskUsage(folder: string): number {
	return Number(execFileSync('du', ['-s', '-B1', folder], {encoding: 'utf8'}).split('\t')[0]);
}

interface CountingProxy extends AsyncDisposable {
	readonly port: number;
	/** That went to the client so far. */
	bytes(): number;
}

/** Passes connections on to a port of this host. */
async function countingProxy(to: number): Promise<CountingProxy> {
	let bytes = 0;
	const sockets = new Set<net.Socket>();
	const server = net.createServer((client) => {
		const upstream = net.connect(to, '127.0.0.1');
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			// Whichever side ends first takes the other along.
			socket.on('error', () => socket.destroy());
			socket.on('close', () => sockets.delete(socket));
		}
		upstream.on('data', (data) => {
			bytes += data.length;
		});
		client.pipe(upstream).pipe(client);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('no port is free');
	return {
		port: address.port,
		bytes: () => bytes,
		async [Symbol.asyncDispose]() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
