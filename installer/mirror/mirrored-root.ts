import type {System} from '../../engine/system/system.ts';
import {partitionLoop} from '../disk/file-system.ts';
import type {PlannedPartition} from '../disk/layout.ts';
import type {DiskTarget} from '../disk/sfdisk.ts';
import {KiB} from '../disk/size.ts';
import type {RootVolume} from '../root-volume.ts';
import {type MirrorPlan, mirrorDataOffset, mirrorOverhead} from './mirror-plan.ts';

/** It makes device nodes itself: in a container, udev's are in another /dev. */
const environment = {MDADM_NO_UDEV: '1'};

/**
 * A root on an MD RAID1 over the same partition of each disk. Nothing is copied from one half to the other when
 * it is made: what was never written is read by nobody.
 */
export function mirroredRoot(
	system: System,
	disks: readonly DiskTarget[],
	plan: MirrorPlan,
): RootVolume {
	const path = `/dev/md/slipway-install-${plan.uuid.slice(0, 8)}`;
	const mdadm = (args: readonly string[]) => system.run('mdadm', args, {env: environment});
	const [{sectorSize} = {sectorSize: 512}] = disks;
	return {
		target: {path, sectorSize},
		placeOf: (root) => ({...root, start: 0, size: root.size - mirrorOverhead}),
		async open(root, report) {
			report({type: 'step', step: 'mirror', title: 'Mirroring the root'});
			await using cleanup = new AsyncDisposableStack();
			const halves = disks.map((disk) => {
				const device = system.attachLoop(disk.path, {
					...partitionLoop(disk, root),
					directIo: true,
				});
				cleanup.defer(() => system.detachLoop(device));
				return device;
			});
			await mdadm(createArguments(path, halves, root, plan));
			cleanup.defer(async () => {
				system.flushDevice(path);
				await mdadm(['--stop', path]);
			});
			const opened = cleanup.move();
			report({type: 'done', step: 'mirror'});
			return {recoveryKey: undefined, [Symbol.asyncDispose]: () => opened.disposeAsync()};
		},
	};
}

/** See mdadm(8). */
export function createArguments(
	path: string,
	halves: readonly string[],
	{size}: Pick<PlannedPartition, 'size'>,
	{level, uuid, name}: MirrorPlan,
): string[] {
	return [
		...['--create', path, '--run', `--level=${level}`, '--metadata=1.2'],
		// Of no host: whichever it is in, it starts by its UUID.
		...['--homehost=any', `--name=${name}`, `--uuid=${uuid}`, '--bitmap=internal'],
		...['--assume-clean', `--data-offset=${mirrorDataOffset / KiB}`],
		...[`--size=${(size - mirrorOverhead) / KiB}`, `--raid-devices=${halves.length}`],
		...halves,
	];
}
