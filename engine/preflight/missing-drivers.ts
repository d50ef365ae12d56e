import {modulesFolder} from '../boot/kernel.ts';
import {Refused} from '../errors.ts';
import type {ImageRoot} from '../lint/image-root.ts';
import {searchInitramfs} from '../lint/initramfs.ts';
import type {NeededDriver} from './needed-drivers.ts';

/** What a kernel and its initramfs can do before there is a root. */
export interface EarlyModules {
	/** Undefined when the initramfs is compressed in a way that cannot be undone here. */
	readonly inInitramfs: ReadonlySet<string> | undefined;
	readonly builtIn: ReadonlySet<string>;
}

/** @returns one refusal for each driver that this machine needs and the image lacks */
export function findMissingDrivers(
	needed: readonly NeededDriver[],
	{inInitramfs, builtIn}: EarlyModules,
): Refused[] {
	if (inInitramfs === undefined) return [];
	return needed
		.filter(({module}) => !inInitramfs.has(module) && !builtIn.has(module))
		.map(
			({module, purpose}) =>
				new Refused(
					'missing-driver',
					`the image's initramfs lacks the module ${module}, which this machine needs for ${purpose}`,
					{
						hint: `Add it in the image: echo 'add_drivers+=" ${module} "' > /usr/lib/dracut/dracut.conf.d/60-${module}.conf, then run /usr/lib/slipway/setup again.`,
					},
				),
		);
}

/** @throws DamagedInput when the file is no initramfs */
export async function readEarlyModules(root: ImageRoot, version: string): Promise<EarlyModules> {
	const folder = `${modulesFolder}/${version}`;
	const builtIn = (await root.text(`${folder}/modules.builtin`, 1 << 20)) ?? '';
	const initramfs = await root.hostPath(`${folder}/initramfs.img`);
	return {
		inInitramfs: initramfs === undefined ? new Set() : await modulesIn(initramfs),
		builtIn: new Set(builtIn.split('\n').flatMap(moduleOf)),
	};
}

async function modulesIn(initramfs: string): Promise<Set<string> | undefined> {
	const modules = new Set<string>();
	const {kind} = await searchInitramfs(initramfs, (name) => {
		for (const module of moduleOf(name)) modules.add(module);
		return false;
	});
	return kind === 'unreadable' ? undefined : modules;
}

/** The name of a module by that of its file; none when it is another kind of file. */
function moduleOf(file: string): string[] {
	const name = /([^/]+)\.ko(?:\.[a-z0-9]+)?$/.exec(file)?.[1];
	return name === undefined ? [] : [name.replaceAll('-', '_')];
}
