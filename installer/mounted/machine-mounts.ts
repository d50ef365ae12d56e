/**
 * What the initramfs mounts besides the deployment and /var, before anything of the system runs: lines of
 * SOURCE and TARGET in state/os/default/mounts. A source is a folder of the physical root, or a file system
 * as `UUID=…`; both are paths without a `/` in front.
 */
export interface MachineMount {
	readonly source: string;
	readonly target: string;
}

/** From the physical root; image/root/usr/lib/slipway/slipway-root reads it. */
export const machineMountsFile = 'state/os/default/mounts';

export function formatMachineMounts(mounts: readonly MachineMount[]): string {
	return mounts.map(({source, target}) => `${source} ${target}\n`).join('');
}
