import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type {KernelPaths} from '../../../installer/disk/block-devices.ts';

/** A block device for {@link makeKernel}; files are sysfs attributes relative to its folder. */
export interface FakeDevice {
	readonly number: string;
	/** Kernel name of the whole disk, of a partition. */
	readonly disk?: string;
	readonly holders?: readonly string[];
	readonly slaves?: readonly string[];
	readonly files?: Readonly<Record<string, string>>;
}

/** A folder with the parts of /sys, /proc and /dev that block devices are read from. */
export function makeKernel(
	devices: Readonly<Record<string, FakeDevice>>,
	{mountinfo = '', swaps}: {readonly mountinfo?: string; readonly swaps?: string} = {},
): {readonly paths: KernelPaths; remove(): void} {
	const root = mkdtempSync(path.join(os.tmpdir(), 'slipway-kernel-'));
	const sys = path.join(root, 'sys');
	for (const [name, device] of Object.entries(devices)) writeDevice(sys, name, device);
	const proc = path.join(root, 'proc');
	write(path.join(proc, 'self/mountinfo'), mountinfo);
	if (swaps !== undefined) write(path.join(proc, 'swaps'), swaps);
	const dev = path.join(root, 'dev');
	mkdirSync(dev);
	return {paths: {sys, proc, dev}, remove: () => rmSync(root, {recursive: true})};
}

function writeDevice(sys: string, name: string, device: FakeDevice): void {
	const folder = path.join(sys, 'devices/block', device.disk ?? '', name);
	write(path.join(folder, 'dev'), `${device.number}\n`);
	write(path.join(folder, 'ro'), '0\n');
	if (device.disk !== undefined) write(path.join(folder, 'partition'), '1\n');
	for (const holder of device.holders ?? []) write(path.join(folder, 'holders', holder), '');
	for (const slave of device.slaves ?? []) write(path.join(folder, 'slaves', slave), '');
	for (const [file, text] of Object.entries(device.files ?? {})) {
		write(path.join(folder, file), `${text}\n`);
	}
	link(folder, path.join(sys, 'dev/block', device.number));
	link(folder, path.join(sys, 'class/block', name));
}

function write(file: string, text: string): void {
	mkdirSync(path.dirname(file), {recursive: true});
	writeFileSync(file, text);
}

function link(target: string, place: string): void {
	mkdirSync(path.dirname(place), {recursive: true});
	symlinkSync(target, place);
}
