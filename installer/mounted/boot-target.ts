import {statSync} from 'node:fs';
import path from 'node:path';
import type {System} from '../../engine/system/system.ts';
import {
	type BlockDevice,
	blockDeviceOfName,
	blockDeviceOfNumber,
	deviceNumber,
	type KernelPaths,
	kernelPaths,
} from '../disk/block-devices.ts';
import {openDeviceNode} from '../disk/device-node.ts';
import {mountedDevice} from '../disk/mounts.ts';
import type {Partition, PartitionTable} from '../disk/partition-table.ts';
import {partitionTypes} from '../disk/partition-types.ts';
import {readPartitionTable} from '../disk/sfdisk.ts';
import {probeRegion, type Signature} from '../disk/signatures.ts';
import type {RootTarget} from './root-target.ts';

/** A partition that firmware or boot loader read. */
export interface BootVolume {
	readonly device: BlockDevice;
	readonly signature: Signature | undefined;
	/** Where it is mounted below the root; undefined when it is not. */
	readonly place: string | undefined;
	/** Its line in the table; undefined of what is no partition as far as can be seen from here. */
	readonly partition: Partition | undefined;
	readonly sectorSize: number;
	/** Whether systemd finds it by itself when the machine starts: in the GPT that the root is in. */
	readonly isFound: boolean;
}

export interface BootTarget {
	readonly esp: BootVolume | undefined;
	/** On the same disk; where there is one, systemd takes it for the boot partition. */
	readonly xbootldr: BootVolume | undefined;
}

const espPlaces = ['/boot/efi', '/efi', '/boot'];

/**
 * The boot partitions that go with a root: those mounted below it, or else those on its disk.
 * @param named `/dev/…` of the EFI system partition, which goes before all others
 */
export async function readBootTarget(
	system: System,
	root: Pick<RootTarget, 'device' | 'mounts'>,
	named?: string,
	paths: KernelPaths = kernelPaths,
): Promise<BootTarget> {
	const given = named === undefined ? undefined : deviceOfNode(paths, named);
	const below = espPlaces.flatMap((place) => {
		const mount = root.mounts.findLast((one) => one.path === place && one.type === 'vfat');
		const device = mount && mountedDevice(paths, mount);
		return device === undefined ? [] : [{device, place}];
	});
	const mounted = given === undefined ? below : [{device: given, place: undefined}, ...below];
	const disk = mounted.find(({device}) => device.disk)?.device.disk ?? root.device?.disk;
	const table = disk === undefined ? undefined : await readTable(system, paths, disk);
	const volume = async (device: BlockDevice, place?: string): Promise<BootVolume> => ({
		device,
		place,
		signature: await signatureOf(system, paths, device),
		partition: device.disk === disk ? partitionOf(table, device) : undefined,
		sectorSize: table?.sectorSize ?? 512,
		isFound: table?.label === 'gpt' && device.disk === disk && device.disk === root.device?.disk,
	});
	const known: BootVolume[] = [];
	for (const {device, place} of mounted) known.push(await volume(device, place));
	for (const device of partitionsOf(paths, disk))
		if (!known.some((one) => one.device.name === device.name)) known.push(await volume(device));
	const ofType = (type: string) => known.find(({partition}) => partition?.type === type);
	return {
		esp:
			known.find(({device}) => device.name === given?.name) ??
			ofType(partitionTypes.esp) ??
			known.find(({place}) => place !== undefined),
		xbootldr: ofType(partitionTypes.xbootldr),
	};
}

function deviceOfNode(paths: KernelPaths, node: string): BlockDevice | undefined {
	const stat = statSync(node, {throwIfNoEntry: false});
	return stat?.isBlockDevice() ? blockDeviceOfNumber(paths, deviceNumber(stat.rdev)) : undefined;
}

function partitionsOf(paths: KernelPaths, disk: string | undefined): BlockDevice[] {
	const device = disk === undefined ? undefined : blockDeviceOfName(paths, disk);
	return (device?.partitions ?? []).flatMap((name) => blockDeviceOfName(paths, name) ?? []);
}

function partitionOf(
	table: PartitionTable | undefined,
	{name}: BlockDevice,
): Partition | undefined {
	const number = Number(/\d+$/.exec(name)?.[0]);
	return table?.partitions.find((partition) => partition.number === number);
}

async function readTable(
	system: System,
	paths: KernelPaths,
	disk: string,
): Promise<PartitionTable | undefined> {
	const device = blockDeviceOfName(paths, disk);
	if (device === undefined) return undefined;
	using node = openDeviceNode(system, paths, device);
	const {sectorSize} = system.deviceSize(node.path);
	return await readPartitionTable(system, {path: node.path, sectorSize});
}

async function signatureOf(
	system: System,
	paths: KernelPaths,
	device: BlockDevice,
): Promise<Signature | undefined> {
	using node = openDeviceNode(system, paths, device);
	const {size} = system.deviceSize(node.path);
	return await probeRegion(system, node.path, {start: 0, size});
}

/** `/dev/sda1`, for people. */
export function nameOfVolume({device}: Pick<BootVolume, 'device'>): string {
	return path.join('/dev', device.name);
}
