import {type MountPoint, readMounts, rootMount} from '../system/mount-points.ts';

/** Layers below the root of this container, or of the build step that this is; undefined when it does not say. */
export function countLowerLayers(mounts: readonly MountPoint[] = readMounts()): number | undefined {
	const root = rootMount(mounts);
	if (root?.type !== 'overlay') return undefined;
	const layers = root.options.flatMap(lowerLayers);
	return layers.length === 0 ? undefined : layers.length;
}

/** @see ovl_show_options() in fs/overlayfs/params.c: one colon-separated option, or one for each layer */
function lowerLayers(option: string): string[] {
	const [name, value = ''] = option.split('=', 2);
	return name === 'lowerdir' || name === 'lowerdir+' ? value.split(/(?<!\\):/) : [];
}
