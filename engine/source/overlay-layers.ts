import {readFileSync} from 'node:fs';

/** Layers below the root of this container, or of the build step that this is; undefined when it does not say. */
export function countLowerLayers(): number | undefined {
	return parseLowerLayers(readFileSync('/proc/self/mountinfo', 'latin1'));
}

/** @see ovl_show_options() in fs/overlayfs/params.c: one colon-separated option, or one for each layer */
export function parseLowerLayers(mountInfo: string): number | undefined {
	const roots = mountInfo.split('\n').filter((line) => line.split(' ')[4] === '/');
	const options = / - overlay \S+ (\S+)$/.exec(roots.at(-1) ?? '')?.[1]?.split(',') ?? [];
	const layers = options.flatMap((option) => {
		const [name, value = ''] = option.split('=', 2);
		return name === 'lowerdir' || name === 'lowerdir+' ? value.split(/(?<!\\):/) : [];
	});
	return layers.length === 0 ? undefined : layers.length;
}
