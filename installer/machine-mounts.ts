import type {StateEntry} from './content.ts';
import {stateFile, stateFolder} from './deployment-state.ts';
import type {DiskLayout} from './disk/layout.ts';

/** Lists the file systems that make up the machine's /var, for the initramfs; as fstab(5) writes them. */
const machineMountsPath = 'state/os/default/fstab';
/** Has an empty file for each of them, by UUID, until it holds what the installation wrote for it. */
const fillFolder = 'state/os/default/fill';

/** A file system that the machine mounts at /var or below it. */
export interface MachineMount {
	readonly mountPoint: string;
	readonly uuid: string;
	readonly options: readonly string[];
}

/** The list of a layout and what is to be moved into them, as it lies on the physical root; nothing where all is on that. */
export function machineMounts(layout: DiskLayout): readonly StateEntry[] {
	const mounts = mountsOf(layout);
	if (mounts.length === 0) return [];
	return [
		machineMountsFile(mounts),
		stateFolder(fillFolder),
		...mounts.map(({uuid}) => stateFile(`${fillFolder}/${uuid}`, Buffer.alloc(0))),
	];
}

/** Those above others come before them. */
function mountsOf({partitions, beside}: DiskLayout): readonly MachineMount[] {
	const made = partitions.flatMap(({mountPoint, mountOptions: options = [], fileSystem}) =>
		mountPoint === undefined ? [] : [{mountPoint, uuid: fileSystem.uuid, options}],
	);
	const kept = (beside?.kept ?? []).flatMap(({use}) => (use?.kind === 'mount' ? [use] : []));
	return [...made, ...kept].toSorted((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1));
}

/** The list alone: nothing is to be moved. */
export function machineMountsFile(mounts: readonly MachineMount[]): StateEntry {
	return stateFile(machineMountsPath, Buffer.from(formatMounts(mounts)));
}

function formatMounts(mounts: readonly MachineMount[]): string {
	const lines = mounts.map(
		({mountPoint, uuid, options}) =>
			`UUID=${uuid} ${mountPoint} auto ${options.join(',') || 'defaults'} 0 0\n`,
	);
	return `# Mounted before the system starts, which finds its /var there.\n${lines.join('')}`;
}
