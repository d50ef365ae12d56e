/**
 * Folders of the physical root that the initramfs mounts elsewhere as well, behind /var and before anything of
 * the system runs: lines of SOURCE and TARGET in state/os/default/mounts, paths without a `/` in front.
 */
export interface FolderMount {
	readonly source: string;
	readonly target: string;
}

/** From the physical root; image/root/usr/lib/slipway/slipway-root reads it. */
export const folderMountsPath = 'state/os/default/mounts';

export function formatFolderMounts(mounts: readonly FolderMount[]): string {
	return mounts.map(({source, target}) => `${source} ${target}\n`).join('');
}
