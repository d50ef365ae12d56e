import {mkdtempSync, rmSync, statSync} from 'node:fs';
import path from 'node:path';
import type {System} from '../../engine/system/system.ts';
import {
	type BlockDevice,
	deviceNumber,
	type KernelPaths,
	rawDeviceNumber,
} from './block-devices.ts';

const blockDeviceMode = 0o060600;

/** Podman's /dev lacks partitions that appeared after the container's start: they get a node for as long as this. */
export function openDeviceNode(
	system: Pick<System, 'makeNode'>,
	paths: KernelPaths,
	{name, number}: Pick<BlockDevice, 'name' | 'number'>,
): Disposable & {readonly path: string} {
	const usual = path.join(paths.dev, name);
	const stat = statSync(usual, {throwIfNoEntry: false});
	if (stat?.isBlockDevice() && deviceNumber(stat.rdev) === number)
		return {path: usual, [Symbol.dispose]: () => {}};
	const folder = mkdtempSync(path.join(paths.dev, '.slipway-'));
	const remove = () => rmSync(folder, {recursive: true, force: true});
	const node = path.join(folder, name);
	try {
		system.makeNode(node, blockDeviceMode, rawDeviceNumber(number));
	} catch (error) {
		remove();
		throw error;
	}
	return {path: node, [Symbol.dispose]: remove};
}
