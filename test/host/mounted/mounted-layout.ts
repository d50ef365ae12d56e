/** File systems as another installer would make and mount them, and installations into them. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {BootPartition} from '../../../engine/boot/boot-partition.ts';
import {unmountedPartition} from '../../../engine/boot/unmounted-partition.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import {type ImageChanges, writeInstallableRoot} from '../installable-image.ts';

const system = hostSystem();
const MiB = 2 ** 20;
const program = path.resolve(import.meta.dirname, '../../../ui/cli/main.ts');

export interface LayoutOptions {
	readonly type?: 'ext4' | 'btrfs' | 'xfs';
	/** Of the ESP, in bytes. */
	readonly espSize?: number;
	/** Have /var on a file system of its own. */
	readonly hasVar?: boolean;
}

export interface MountedLayout extends Disposable {
	/** Where the root is mounted. */
	readonly root: string;
	/** Device of the EFI system partition, which is not mounted: not every kernel has FAT. */
	readonly esp: string;
	readonly folder: string;
}

const make = {
	ext4: ['mke2fs', '-q', '-F', '-t', 'ext4'],
	btrfs: ['mkfs.btrfs', '-q'],
	xfs: ['mkfs.xfs', '-q'],
} as const;

/** Makes and mounts them: each on a loop device, with no partition table that could be seen. */
export async function mountedLayout({
	type = 'ext4',
	espSize = 64 * MiB,
	hasVar = false,
}: LayoutOptions = {}): Promise<MountedLayout> {
	using cleanup = new DisposableStack();
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-layout-'));
	cleanup.defer(() => rmSync(folder, {recursive: true}));
	const root = path.join(folder, 'target');
	const attach = async (name: string, size: number, words: readonly string[]) => {
		const file = path.join(folder, `${name}.raw`);
		writeFileSync(file, '');
		truncateSync(file, size);
		const [command = '', ...options] = words;
		await system.run(command, [...options, file]);
		const device = system.attachLoop(file);
		cleanup.defer(() => system.detachLoop(device));
		return device;
	};
	const mount = async (name: string, size: number, place: string) => {
		const device = await attach(name, size, make[type]);
		mkdirSync(place, {recursive: true});
		system.mount(device, place, type, []);
		cleanup.defer(() => system.unmount(place));
	};
	await mount('root', 512 * MiB, root);
	const esp = await attach('esp', espSize, ['mkfs.vfat', '-F', '32']);
	if (hasVar) await mount('var', 128 * MiB, path.join(root, 'var'));
	const open = cleanup.move();
	return {root, folder, esp, [Symbol.dispose]: () => open.dispose()};
}

/** The EFI system partition, with mtools. */
export function espOf({esp}: Pick<MountedLayout, 'esp'>): BootPartition {
	return unmountedPartition(system, {file: esp, offset: 0});
}

/** The root of a small image; the caller removes it. */
export function makeImageRoot(changes: ImageChanges = {}): string {
	const root = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
	writeInstallableRoot(root, changes);
	return root;
}

/** As in a live system of the image, whose /run nobody else sees. */
const asLiveSystem = `mount -t tmpfs tmpfs /run && mkdir -p /run/slipway/live/image &&
mount --bind "$1" /run/slipway/live/image && shift && exec "$@"`;

export interface Ending {
	readonly status: number | null;
	readonly output: string;
}

/** Runs slipway as that image would, to its end or for a time. */
export async function runSlipway(
	image: string,
	words: readonly string[],
	killAfterMs?: number,
): Promise<Ending> {
	const child = spawn(
		'unshare',
		['--mount', 'sh', '-c', asLiveSystem, 'sh', image, process.execPath, program, ...words],
		{stdio: ['ignore', 'pipe', 'pipe']},
	);
	let output = '';
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (data: Buffer) => {
			output += data;
		});
	const timer =
		killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
	const [status] = await once(child, 'close');
	clearTimeout(timer);
	return {status, output};
}
