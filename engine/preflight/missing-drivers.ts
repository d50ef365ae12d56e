import {modulesFolder} from '../boot/kernel.ts';
import {Refused} from '../errors.ts';
import type {ImageReader} from '../image-reader.ts';
import {bootScript} from '../lint/checks/kernel.ts';
import {searchInitramfs} from '../lint/initramfs.ts';
import {type BootProgram, bootPrograms, type NeededProgram, programNames} from './boot-programs.ts';
import type {NeededDriver} from './needed-drivers.ts';

/** What a kernel and its initramfs can do before there is a root. */
export interface EarlyBoot {
	/** Names of kernel modules, with underscores. */
	readonly inInitramfs: ReadonlySet<string>;
	readonly builtIn: ReadonlySet<string>;
	readonly programs: ReadonlySet<BootProgram>;
	/** Whether the initramfs mounts deployments. */
	readonly hasBootScript: boolean;
}

/** What a root needs before it is there. */
export interface BootNeeds {
	readonly drivers: readonly NeededDriver[];
	readonly programs: readonly NeededProgram[];
}

/** @returns all that keeps an image from finding its root on this machine */
export function findBootProblems(
	needed: BootNeeds,
	{inInitramfs, builtIn, programs, hasBootScript}: EarlyBoot,
): Refused[] {
	const missing = needed.drivers.filter(
		({module}) => !inInitramfs.has(module) && !builtIn.has(module),
	);
	return [
		...(hasBootScript ? [] : [withoutBootSupport()]),
		...missing.map(({module, purpose}) => withoutDriver(module, purpose)),
		...needed.programs.filter(({program}) => !programs.has(program)).map(withoutProgram),
	];
}

function withoutBootSupport(): Refused {
	const message = "the image's initramfs lacks slipway's dracut module, and would find no root";
	return new Refused('no-boot-support', message, {
		hint: 'Make RUN /usr/lib/slipway/setup the last step of its build, and see slipway lint.',
	});
}

function withoutDriver(module: string, purpose: string): Refused {
	return new Refused(
		'missing-driver',
		`the image's initramfs lacks the module ${module}, which this machine needs for ${purpose}`,
		{
			hint: `Add it to the image: a line add_drivers+=" ${module} " in /usr/lib/dracut/dracut.conf.d/60-drivers.conf, then RUN /usr/lib/slipway/setup.`,
		},
	);
}

function withoutProgram({program, purpose}: NeededProgram): Refused {
	const {name, packages} = bootPrograms[program];
	return new Refused(
		'missing-boot-program',
		`the image's initramfs lacks ${name}, which this machine needs for ${purpose}`,
		{
			hint: `Install in the image what Debian calls ${packages}, then RUN /usr/lib/slipway/setup.`,
		},
	);
}

/**
 * Looks into the initramfs of an image; undefined when it is compressed in a way that cannot be undone here.
 * @param initramfs path on this host
 * @throws DamagedInput when the file is no initramfs
 */
export async function readEarlyBoot(
	image: Pick<ImageReader, 'text'>,
	version: string,
	initramfs: string,
): Promise<EarlyBoot | undefined> {
	const inInitramfs = new Set<string>();
	const programs = new Set<BootProgram>();
	let hasBootScript = false;
	const {kind} = await searchInitramfs(initramfs, (name) => {
		hasBootScript ||= name.replace(/^\.?\//, '') === bootScript;
		for (const module of moduleOf(name)) inInitramfs.add(module);
		for (const program of programNames)
			if (bootPrograms[program].file.test(name)) programs.add(program);
		return false;
	});
	if (kind === 'unreadable') return undefined;
	const builtIn = (await image.text(`${modulesFolder}/${version}/modules.builtin`)) ?? '';
	return {
		inInitramfs,
		builtIn: new Set(builtIn.split('\n').flatMap(moduleOf)),
		programs,
		hasBootScript,
	};
}

/** The name of a module by that of its file; none when it is another kind of file. */
function moduleOf(file: string): string[] {
	const name = /([^/]+)\.ko(?:\.[a-z0-9]+)?$/.exec(file)?.[1];
	return name === undefined ? [] : [name.replaceAll('-', '_')];
}
