/** What tests on loop devices share: whether they can run here, and disks that clean up after them. */
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {hostSystem} from '../../engine/system/host.ts';

/** Why loop devices cannot be used here; undefined when they can. */
export function whyNoLoopDevices(): string | undefined {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-probe-'));
	const file = path.join(folder, 'probe.raw');
	const system = hostSystem();
	try {
		writeFileSync(file, Buffer.alloc(1024 * 1024));
		system.detachLoop(system.attachLoop(file));
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	} finally {
		rmSync(folder, {recursive: true});
	}
}

export interface LoopDisk extends Disposable {
	readonly folder: string;
	readonly file: string;
	readonly device: string;
	readonly size: number;
	readonly sectorSize: number;
}

/** An empty disk in a sparse file on a loop device. */
export function loopDisk(size: number, sectorSize: number): LoopDisk {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-disk-'));
	const file = path.join(folder, 'disk.raw');
	writeFileSync(file, '');
	truncateSync(file, size);
	const system = hostSystem();
	const device = system.attachLoop(file, {sectorSize});
	return {
		folder,
		file,
		device,
		size,
		sectorSize,
		[Symbol.dispose]() {
			system.detachLoop(device);
			rmSync(folder, {recursive: true});
		},
	};
}

/** Mounts a device where no other process sees it, as a container's host would have it mounted. */
export async function mountElsewhere(device: string, folder: string): Promise<AsyncDisposable> {
	const child = spawn(
		'unshare',
		['--mount', 'sh', '-c', 'mount "$1" "$2" && echo mounted && exec cat', 'sh', device, folder],
		{stdio: ['pipe', 'pipe', 'inherit']},
	);
	const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
	await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
	return {
		async [Symbol.asyncDispose]() {
			child.stdin.end();
			await ended;
		},
	};
}
